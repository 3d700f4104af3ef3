CREATE TABLE `instance` (
	`id` text PRIMARY KEY NOT NULL,
	`kid` text NOT NULL,
	`key_check` blob NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `clock` (
	`id` text PRIMARY KEY NOT NULL,
	`high_water` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `data_keys` (
	`owner` text NOT NULL,
	`purpose` text NOT NULL,
	`generation` integer NOT NULL,
	`kid` text NOT NULL,
	`wrapped` blob NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`owner`, `purpose`, `generation`)
);
--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`token_id` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` blob NOT NULL,
	`answer` blob,
	`key_generation` integer,
	`started_at` integer NOT NULL,
	`taken_until` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`mac` blob NOT NULL,
	PRIMARY KEY(`token_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_expiry` ON `idempotency` (`expires_at`);--> statement-breakpoint
CREATE INDEX `idempotency_taken` ON `idempotency` (`taken_until`) WHERE answer is null;--> statement-breakpoint
CREATE INDEX `idempotency_generation` ON `idempotency` (`key_generation`,`token_id`) WHERE key_generation is not null;--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`home_project_id` text NOT NULL,
	`hash` blob NOT NULL,
	`digest` blob,
	`operator` integer NOT NULL,
	`integration_ids` text,
	`access_list` text,
	`key_scope` text,
	`comment` text,
	`created_at` integer NOT NULL,
	`created_by` text,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_hash` ON `tokens` (`hash`);--> statement-breakpoint
CREATE TABLE `token_grants` (
	`token_id` text NOT NULL,
	`project_id` text NOT NULL,
	`roles` text NOT NULL,
	PRIMARY KEY(`token_id`, `project_id`)
);
--> statement-breakpoint
CREATE INDEX `token_grants_project` ON `token_grants` (`project_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token_id` text NOT NULL,
	`project_id` text NOT NULL,
	`hash` blob NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_hash` ON `sessions` (`hash`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`,`id`);--> statement-breakpoint
CREATE TABLE `replay_guards` (
	`id` text PRIMARY KEY NOT NULL,
	`used` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `replay_guards_expiry` ON `replay_guards` (`expires_at`,`id`);--> statement-breakpoint
CREATE TABLE `provider_grants` (
	`project_id` text NOT NULL,
	`provider` text NOT NULL,
	`prefix` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`mac` blob NOT NULL,
	PRIMARY KEY(`project_id`, `provider`, `prefix`)
);
--> statement-breakpoint
CREATE TABLE `aws_role_grants` (
	`project_id` text NOT NULL,
	`role_arn` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`mac` blob NOT NULL,
	PRIMARY KEY(`project_id`, `role_arn`)
);
--> statement-breakpoint
CREATE TABLE `secret_destinations` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`provider` text NOT NULL,
	`path` text NOT NULL,
	`member` text NOT NULL,
	`parts` text NOT NULL,
	`bound_to` blob NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `secret_destinations_name` ON `secret_destinations` (`project_id`,`provider`,`path`,`member`,`bound_to`);--> statement-breakpoint
CREATE INDEX `secret_destinations_page` ON `secret_destinations` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `authority_head` (
	`id` text PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`entries` text NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `account_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`scope` text NOT NULL,
	`description` text,
	`current_version` integer NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`updated_at` integer NOT NULL,
	`updated_by` text NOT NULL,
	`deleted_at` integer,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `account_secrets_name` ON `account_secrets` (`project_id`,`name`) WHERE deleted_at is null;--> statement-breakpoint
CREATE TABLE `account_secret_versions` (
	`secret_id` text NOT NULL,
	`version` integer NOT NULL,
	`project_id` text NOT NULL,
	`blob` blob,
	`key_generation` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text NOT NULL,
	`mac` blob NOT NULL,
	PRIMARY KEY(`secret_id`, `version`)
);
--> statement-breakpoint
CREATE INDEX `account_secret_versions_generation` ON `account_secret_versions` (`project_id`,`key_generation`,`secret_id`) WHERE blob is not null;--> statement-breakpoint
CREATE TABLE `sites` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`name` text NOT NULL,
	`deployment` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sites_project` ON `sites` (`project_id`);--> statement-breakpoint
CREATE TABLE `streaming_systems` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`site_id` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`type` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`updated_at` integer NOT NULL,
	`updated_by` text,
	`deleted_at` integer,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `streaming_systems_name` ON `streaming_systems` (`project_id`,`name_key`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `streaming_systems_project` ON `streaming_systems` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `integrations` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`site_id` text NOT NULL,
	`namespace` text NOT NULL,
	`name` text NOT NULL,
	`name_key` text NOT NULL,
	`category` text NOT NULL,
	`type` text NOT NULL,
	`streaming_system_id` text,
	`external_cluster_id` text,
	`created_at` integer NOT NULL,
	`created_by` text,
	`updated_at` integer NOT NULL,
	`updated_by` text,
	`deleted_at` integer,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `integrations_name` ON `integrations` (`project_id`,`namespace`,`name_key`) WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX `integrations_project` ON `integrations` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `integrations_cluster` ON `integrations` (`streaming_system_id`,`external_cluster_id`,`type`) WHERE streaming_system_id is not null and deleted_at is null;--> statement-breakpoint
CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`name` text,
	`labels` text NOT NULL,
	`job_types` text NOT NULL,
	`job_limits` text,
	`dbt_filter` text,
	`in_flight` text NOT NULL,
	`overlap_ms` integer NOT NULL,
	`commit_policy` text NOT NULL,
	`parity` text NOT NULL,
	`is_active` integer NOT NULL,
	`disabled_at` integer,
	`deletion_protection` integer NOT NULL,
	`current_version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`updated_at` integer NOT NULL,
	`updated_by` text,
	`deleted_at` integer,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `connections_project` ON `connections` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `connections_integration` ON `connections` (`integration_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `versions` (
	`connection_id` text NOT NULL,
	`version` integer NOT NULL,
	`project_id` text NOT NULL,
	`kind` text NOT NULL,
	`settings` text NOT NULL,
	`facets` text NOT NULL,
	`reference` text,
	`content_id` text,
	`candidate_hash` blob NOT NULL,
	`config_hash` blob NOT NULL,
	`cipher_hash` blob,
	`key_generation` integer NOT NULL,
	`bound_to` blob,
	`row_mac` blob NOT NULL,
	`label` text NOT NULL,
	`valid_until` integer,
	`origin` text NOT NULL,
	`restored_from` integer,
	`change_id` text NOT NULL,
	`proven` integer NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`retired_at` integer,
	`destroyed_at` integer,
	`mac` blob NOT NULL,
	PRIMARY KEY(`connection_id`, `version`),
	CONSTRAINT "versions_sealed_or_reference" CHECK((content_id is null) = (reference is not null) and (cipher_hash is null) = (content_id is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `versions_current` ON `versions` (`connection_id`) WHERE label = 'CURRENT';--> statement-breakpoint
CREATE INDEX `versions_previous` ON `versions` (`valid_until`,`connection_id`,`version`) WHERE label = 'PREVIOUS';--> statement-breakpoint
CREATE INDEX `versions_retired` ON `versions` (`retired_at`,`connection_id`,`version`) WHERE label = 'RETIRED' and destroyed_at is null and content_id is not null;--> statement-breakpoint
CREATE INDEX `versions_content` ON `versions` (`content_id`);--> statement-breakpoint
CREATE INDEX `versions_candidate` ON `versions` (`candidate_hash`);--> statement-breakpoint
CREATE INDEX `versions_generation` ON `versions` (`project_id`,`key_generation`,`connection_id`,`version`);--> statement-breakpoint
CREATE TABLE `sealed_contents` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`connection_id` text NOT NULL,
	`blob` blob,
	`cipher_hash` blob NOT NULL,
	`key_generation` integer NOT NULL,
	`created_at` integer NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sealed_contents_generation` ON `sealed_contents` (`project_id`,`key_generation`,`connection_id`) WHERE blob is not null;--> statement-breakpoint
CREATE TABLE `changes` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`connection_id` text NOT NULL,
	`purpose` text NOT NULL,
	`base_version` integer,
	`kind` text NOT NULL,
	`settings` text NOT NULL,
	`facets` text NOT NULL,
	`reference` text,
	`content_id` text,
	`cipher_hash` blob,
	`candidate_hash` blob NOT NULL,
	`changed_fields` text NOT NULL,
	`restored_from` integer,
	`key_hash` blob NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`expires_at` integer NOT NULL,
	`committed_at` integer,
	`committed_by` text,
	`committed_version` integer,
	`wait_until` integer,
	`accepts_losses` integer NOT NULL,
	`failure` text,
	`mac` blob NOT NULL,
	CONSTRAINT "changes_sealed_or_reference" CHECK((content_id is null) = (reference is not null) and (cipher_hash is null) = (content_id is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `changes_key` ON `changes` (`key_hash`);--> statement-breakpoint
CREATE INDEX `changes_project` ON `changes` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `changes_connection` ON `changes` (`connection_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `changes_content` ON `changes` (`content_id`);--> statement-breakpoint
CREATE INDEX `changes_open` ON `changes` (`expires_at`,`id`) WHERE state in ('OPEN', 'PENDING');--> statement-breakpoint
CREATE INDEX `changes_open_of` ON `changes` (`connection_id`,`id`) WHERE state in ('OPEN', 'PENDING');--> statement-breakpoint
CREATE INDEX `changes_open_creations` ON `changes` (`project_id`,`created_by`) WHERE state in ('OPEN', 'PENDING') and base_version is null;--> statement-breakpoint
CREATE UNIQUE INDEX `changes_pending` ON `changes` (`connection_id`) WHERE state = 'PENDING';--> statement-breakpoint
CREATE TABLE `validations` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`connection_id` text NOT NULL,
	`change_id` text,
	`version` integer,
	`candidate_hash` blob NOT NULL,
	`compared_with` integer,
	`validator` text NOT NULL,
	`description` text NOT NULL,
	`status` text NOT NULL,
	`errors` text NOT NULL,
	`warnings` text NOT NULL,
	`data` text,
	`started_at` integer NOT NULL,
	`finished_at` integer NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE INDEX `validations_candidate` ON `validations` (`candidate_hash`,`finished_at`);--> statement-breakpoint
CREATE INDEX `validations_finished` ON `validations` (`finished_at`,`id`);--> statement-breakpoint
CREATE TABLE `leases` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`connection_id` text NOT NULL,
	`version` integer NOT NULL,
	`token_id` text,
	`job` text NOT NULL,
	`key_hash` blob NOT NULL,
	`acquired_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ends_by` integer NOT NULL,
	`released_at` integer,
	`end_reason` text,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `leases_key` ON `leases` (`key_hash`);--> statement-breakpoint
CREATE INDEX `leases_live` ON `leases` (`connection_id`,`expires_at`) WHERE released_at is null;--> statement-breakpoint
CREATE INDEX `leases_project` ON `leases` (`project_id`,`acquired_at`,`id`);--> statement-breakpoint
CREATE INDEX `leases_connection` ON `leases` (`connection_id`,`acquired_at`,`id`);--> statement-breakpoint
CREATE INDEX `leases_expiry` ON `leases` (`expires_at`) WHERE released_at is null;--> statement-breakpoint
CREATE TABLE `external_ids` (
	`dialect` text NOT NULL,
	`entity` text NOT NULL,
	`entity_id` text NOT NULL,
	`project_id` text NOT NULL,
	`value` text NOT NULL,
	`mac` blob NOT NULL,
	PRIMARY KEY(`dialect`, `entity`, `entity_id`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `external_ids_value` ON `external_ids` (`dialect`,`entity`,`value`,`project_id`);--> statement-breakpoint
CREATE INDEX `external_ids_project` ON `external_ids` (`project_id`,`dialect`,`entity`);--> statement-breakpoint
CREATE TABLE `dialect_records` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`dialect` text NOT NULL,
	`entity` text NOT NULL,
	`key` text NOT NULL,
	`parent_id` text,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` text,
	`updated_at` integer NOT NULL,
	`updated_by` text,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dialect_records_key` ON `dialect_records` (`project_id`,`dialect`,`entity`,`key`);--> statement-breakpoint
CREATE INDEX `dialect_records_order` ON `dialect_records` (`project_id`,`dialect`,`entity`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `dialect_records_parent` ON `dialect_records` (`project_id`,`parent_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text,
	`at` integer NOT NULL,
	`actor_token_id` text,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`entity` text NOT NULL,
	`entity_id` text,
	`details` text NOT NULL,
	`request_id` text,
	`client_ip` text,
	`client` text NOT NULL,
	`row_hmac` blob NOT NULL,
	`seq` integer,
	`chain_hash` blob
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_seq` ON `audit` (`seq`);--> statement-breakpoint
CREATE INDEX `audit_project` ON `audit` (`project_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_action` ON `audit` (`project_id`,`action`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_entity` ON `audit` (`entity_id`,`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_unsealed` ON `audit` (`at`,`id`) WHERE seq is null;--> statement-breakpoint
CREATE INDEX `audit_commits` ON `audit` (`entity_id`,`at`,`id`) WHERE action in ('connection.create', 'connection.update', 'connection.rollback', 'connection.reseal', 'instance.restore');--> statement-breakpoint
CREATE TABLE `audit_head` (
	`id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`chain_hash` blob NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_archive` (
	`id` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`chain_hash` blob NOT NULL,
	`kept` integer NOT NULL,
	`kept_hash` blob NOT NULL,
	`at` integer NOT NULL,
	`mac` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `events` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`type` text NOT NULL,
	`entity_id` text NOT NULL,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`published_at` integer
);
--> statement-breakpoint
CREATE INDEX `events_created` ON `events` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `events_published` ON `events` (`project_id`,`published_at`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `events_unpublished` ON `events` (`created_at`,`id`) WHERE published_at is null;