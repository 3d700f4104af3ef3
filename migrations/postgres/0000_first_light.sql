CREATE TABLE "instance" (
	"id" text PRIMARY KEY NOT NULL,
	"kid" text NOT NULL,
	"key_check" "bytea" NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "clock" (
	"id" text PRIMARY KEY NOT NULL,
	"high_water" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_keys" (
	"owner" text NOT NULL,
	"purpose" text NOT NULL,
	"generation" integer NOT NULL,
	"kid" text NOT NULL,
	"wrapped" "bytea" NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "data_keys_owner_purpose_generation_pk" PRIMARY KEY("owner","purpose","generation")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"created_at" bigint NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency" (
	"token_id" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"answer" "bytea",
	"key_generation" integer,
	"started_at" bigint NOT NULL,
	"taken_until" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "idempotency_token_id_key_pk" PRIMARY KEY("token_id","key")
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"home_project_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"digest" "bytea",
	"operator" boolean NOT NULL,
	"integration_ids" text,
	"access_list" text,
	"key_scope" text,
	"comment" text,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"expires_at" bigint,
	"revoked_at" bigint,
	"last_used_at" bigint,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "token_grants" (
	"token_id" text NOT NULL,
	"project_id" text NOT NULL,
	"roles" text NOT NULL,
	CONSTRAINT "token_grants_token_id_project_id_pk" PRIMARY KEY("token_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"token_id" text NOT NULL,
	"project_id" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"ended_at" bigint,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "replay_guards" (
	"id" text PRIMARY KEY NOT NULL,
	"used" integer NOT NULL,
	"expires_at" bigint NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_grants" (
	"project_id" text NOT NULL,
	"provider" text NOT NULL,
	"prefix" text NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "provider_grants_project_id_provider_prefix_pk" PRIMARY KEY("project_id","provider","prefix")
);
--> statement-breakpoint
CREATE TABLE "aws_role_grants" (
	"project_id" text NOT NULL,
	"role_arn" text NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "aws_role_grants_project_id_role_arn_pk" PRIMARY KEY("project_id","role_arn")
);
--> statement-breakpoint
CREATE TABLE "secret_destinations" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"provider" text NOT NULL,
	"path" text NOT NULL,
	"member" text NOT NULL,
	"parts" text NOT NULL,
	"bound_to" "bytea" NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "authority_head" (
	"id" text PRIMARY KEY NOT NULL,
	"revision" integer NOT NULL,
	"entries" text NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_secrets" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"scope" text NOT NULL,
	"description" text,
	"current_version" integer NOT NULL,
	"expires_at" bigint,
	"created_at" bigint NOT NULL,
	"created_by" text NOT NULL,
	"updated_at" bigint NOT NULL,
	"updated_by" text NOT NULL,
	"deleted_at" bigint,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account_secret_versions" (
	"secret_id" text NOT NULL,
	"version" integer NOT NULL,
	"project_id" text NOT NULL,
	"blob" "bytea",
	"key_generation" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "account_secret_versions_secret_id_version_pk" PRIMARY KEY("secret_id","version")
);
--> statement-breakpoint
CREATE TABLE "sites" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"deployment" text NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "streaming_systems" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"site_id" text NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"type" text NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"updated_at" bigint NOT NULL,
	"updated_by" text,
	"deleted_at" bigint,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "integrations" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"site_id" text NOT NULL,
	"namespace" text NOT NULL,
	"name" text NOT NULL,
	"name_key" text NOT NULL,
	"category" text NOT NULL,
	"type" text NOT NULL,
	"streaming_system_id" text,
	"external_cluster_id" text,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"updated_at" bigint NOT NULL,
	"updated_by" text,
	"deleted_at" bigint,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"integration_id" text NOT NULL,
	"name" text,
	"labels" text NOT NULL,
	"job_types" text NOT NULL,
	"job_limits" text,
	"dbt_filter" text,
	"in_flight" text NOT NULL,
	"overlap_ms" bigint NOT NULL,
	"commit_policy" text NOT NULL,
	"parity" text NOT NULL,
	"is_active" boolean NOT NULL,
	"disabled_at" bigint,
	"deletion_protection" boolean NOT NULL,
	"current_version" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"updated_at" bigint NOT NULL,
	"updated_by" text,
	"deleted_at" bigint,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "versions" (
	"connection_id" text NOT NULL,
	"version" integer NOT NULL,
	"project_id" text NOT NULL,
	"kind" text NOT NULL,
	"settings" text NOT NULL,
	"facets" text NOT NULL,
	"reference" text,
	"content_id" text,
	"candidate_hash" "bytea" NOT NULL,
	"config_hash" "bytea" NOT NULL,
	"cipher_hash" "bytea",
	"key_generation" integer NOT NULL,
	"bound_to" "bytea",
	"row_mac" "bytea" NOT NULL,
	"label" text NOT NULL,
	"valid_until" bigint,
	"origin" text NOT NULL,
	"restored_from" integer,
	"change_id" text NOT NULL,
	"proven" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"retired_at" bigint,
	"destroyed_at" bigint,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "versions_connection_id_version_pk" PRIMARY KEY("connection_id","version"),
	CONSTRAINT "versions_sealed_or_reference" CHECK ((content_id is null) = (reference is not null) and (cipher_hash is null) = (content_id is null))
);
--> statement-breakpoint
CREATE TABLE "sealed_contents" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"connection_id" text NOT NULL,
	"blob" "bytea",
	"cipher_hash" "bytea" NOT NULL,
	"key_generation" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"connection_id" text NOT NULL,
	"purpose" text NOT NULL,
	"base_version" integer,
	"kind" text NOT NULL,
	"settings" text NOT NULL,
	"facets" text NOT NULL,
	"reference" text,
	"content_id" text,
	"cipher_hash" "bytea",
	"candidate_hash" "bytea" NOT NULL,
	"changed_fields" text NOT NULL,
	"restored_from" integer,
	"key_hash" "bytea" NOT NULL,
	"state" text NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"expires_at" bigint NOT NULL,
	"committed_at" bigint,
	"committed_by" text,
	"committed_version" integer,
	"wait_until" bigint,
	"accepts_losses" boolean NOT NULL,
	"failure" text,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "changes_sealed_or_reference" CHECK ((content_id is null) = (reference is not null) and (cipher_hash is null) = (content_id is null))
);
--> statement-breakpoint
CREATE TABLE "validations" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"connection_id" text NOT NULL,
	"change_id" text,
	"version" integer,
	"candidate_hash" "bytea" NOT NULL,
	"compared_with" integer,
	"validator" text NOT NULL,
	"description" text NOT NULL,
	"status" text NOT NULL,
	"errors" text NOT NULL,
	"warnings" text NOT NULL,
	"data" text,
	"started_at" bigint NOT NULL,
	"finished_at" bigint NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"connection_id" text NOT NULL,
	"version" integer NOT NULL,
	"token_id" text,
	"job" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"acquired_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"ends_by" bigint NOT NULL,
	"released_at" bigint,
	"end_reason" text,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "external_ids" (
	"dialect" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text NOT NULL,
	"project_id" text NOT NULL,
	"value" text NOT NULL,
	"mac" "bytea" NOT NULL,
	CONSTRAINT "external_ids_dialect_entity_entity_id_pk" PRIMARY KEY("dialect","entity","entity_id")
);
--> statement-breakpoint
CREATE TABLE "dialect_records" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"dialect" text NOT NULL,
	"entity" text NOT NULL,
	"key" text NOT NULL,
	"parent_id" text,
	"data" text NOT NULL,
	"created_at" bigint NOT NULL,
	"created_by" text,
	"updated_at" bigint NOT NULL,
	"updated_by" text,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text,
	"at" bigint NOT NULL,
	"actor_token_id" text,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text,
	"details" text NOT NULL,
	"request_id" text,
	"client_ip" text,
	"client" text NOT NULL,
	"row_hmac" "bytea" NOT NULL,
	"seq" integer,
	"chain_hash" "bytea"
);
--> statement-breakpoint
CREATE TABLE "audit_head" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" integer NOT NULL,
	"chain_hash" "bytea" NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_archive" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" integer NOT NULL,
	"chain_hash" "bytea" NOT NULL,
	"kept" integer NOT NULL,
	"kept_hash" "bytea" NOT NULL,
	"at" bigint NOT NULL,
	"mac" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"id" text PRIMARY KEY NOT NULL,
	"project_id" text NOT NULL,
	"type" text NOT NULL,
	"entity_id" text NOT NULL,
	"data" text NOT NULL,
	"created_at" bigint NOT NULL,
	"published_at" bigint
);
--> statement-breakpoint
CREATE INDEX "idempotency_expiry" ON "idempotency" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "idempotency_taken" ON "idempotency" USING btree ("taken_until") WHERE answer is null;--> statement-breakpoint
CREATE INDEX "idempotency_generation" ON "idempotency" USING btree ("key_generation","token_id") WHERE key_generation is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "tokens_hash" ON "tokens" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "token_grants_project" ON "token_grants" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_hash" ON "sessions" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "sessions_expiry" ON "sessions" USING btree ("expires_at","id");--> statement-breakpoint
CREATE INDEX "replay_guards_expiry" ON "replay_guards" USING btree ("expires_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "secret_destinations_name" ON "secret_destinations" USING btree ("project_id","provider","path","member","bound_to");--> statement-breakpoint
CREATE INDEX "secret_destinations_page" ON "secret_destinations" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "account_secrets_name" ON "account_secrets" USING btree ("project_id","name") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "account_secret_versions_generation" ON "account_secret_versions" USING btree ("project_id","key_generation","secret_id") WHERE blob is not null;--> statement-breakpoint
CREATE INDEX "sites_project" ON "sites" USING btree ("project_id");--> statement-breakpoint
CREATE UNIQUE INDEX "streaming_systems_name" ON "streaming_systems" USING btree ("project_id","name_key") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "streaming_systems_project" ON "streaming_systems" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "integrations_name" ON "integrations" USING btree ("project_id","namespace","name_key") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "integrations_project" ON "integrations" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "integrations_cluster" ON "integrations" USING btree ("streaming_system_id","external_cluster_id","type") WHERE streaming_system_id is not null and deleted_at is null;--> statement-breakpoint
CREATE INDEX "connections_project" ON "connections" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "connections_integration" ON "connections" USING btree ("integration_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "versions_current" ON "versions" USING btree ("connection_id") WHERE label = 'CURRENT';--> statement-breakpoint
CREATE INDEX "versions_previous" ON "versions" USING btree ("valid_until","connection_id","version") WHERE label = 'PREVIOUS';--> statement-breakpoint
CREATE INDEX "versions_retired" ON "versions" USING btree ("retired_at","connection_id","version") WHERE label = 'RETIRED' and destroyed_at is null and content_id is not null;--> statement-breakpoint
CREATE INDEX "versions_content" ON "versions" USING btree ("content_id");--> statement-breakpoint
CREATE INDEX "versions_candidate" ON "versions" USING btree ("candidate_hash");--> statement-breakpoint
CREATE INDEX "versions_generation" ON "versions" USING btree ("project_id","key_generation","connection_id","version");--> statement-breakpoint
CREATE INDEX "sealed_contents_generation" ON "sealed_contents" USING btree ("project_id","key_generation","connection_id") WHERE blob is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "changes_key" ON "changes" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "changes_project" ON "changes" USING btree ("project_id","created_at","id");--> statement-breakpoint
CREATE INDEX "changes_connection" ON "changes" USING btree ("connection_id","created_at","id");--> statement-breakpoint
CREATE INDEX "changes_content" ON "changes" USING btree ("content_id");--> statement-breakpoint
CREATE INDEX "changes_open" ON "changes" USING btree ("expires_at","id") WHERE state in ('OPEN', 'PENDING');--> statement-breakpoint
CREATE INDEX "changes_open_of" ON "changes" USING btree ("connection_id","id") WHERE state in ('OPEN', 'PENDING');--> statement-breakpoint
CREATE INDEX "changes_open_creations" ON "changes" USING btree ("project_id","created_by") WHERE state in ('OPEN', 'PENDING') and base_version is null;--> statement-breakpoint
CREATE UNIQUE INDEX "changes_pending" ON "changes" USING btree ("connection_id") WHERE state = 'PENDING';--> statement-breakpoint
CREATE INDEX "validations_candidate" ON "validations" USING btree ("candidate_hash","finished_at");--> statement-breakpoint
CREATE INDEX "validations_finished" ON "validations" USING btree ("finished_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "leases_key" ON "leases" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "leases_live" ON "leases" USING btree ("connection_id","expires_at") WHERE released_at is null;--> statement-breakpoint
CREATE INDEX "leases_project" ON "leases" USING btree ("project_id","acquired_at","id");--> statement-breakpoint
CREATE INDEX "leases_connection" ON "leases" USING btree ("connection_id","acquired_at","id");--> statement-breakpoint
CREATE INDEX "leases_expiry" ON "leases" USING btree ("expires_at") WHERE released_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "external_ids_value" ON "external_ids" USING btree ("dialect","entity","value","project_id");--> statement-breakpoint
CREATE INDEX "external_ids_project" ON "external_ids" USING btree ("project_id","dialect","entity");--> statement-breakpoint
CREATE UNIQUE INDEX "dialect_records_key" ON "dialect_records" USING btree ("project_id","dialect","entity","key");--> statement-breakpoint
CREATE INDEX "dialect_records_order" ON "dialect_records" USING btree ("project_id","dialect","entity","created_at","id");--> statement-breakpoint
CREATE INDEX "dialect_records_parent" ON "dialect_records" USING btree ("project_id","parent_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_seq" ON "audit" USING btree ("seq");--> statement-breakpoint
CREATE INDEX "audit_project" ON "audit" USING btree ("project_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_action" ON "audit" USING btree ("project_id","action","at","id");--> statement-breakpoint
CREATE INDEX "audit_entity" ON "audit" USING btree ("entity_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_unsealed" ON "audit" USING btree ("at","id") WHERE seq is null;--> statement-breakpoint
CREATE INDEX "audit_commits" ON "audit" USING btree ("entity_id","at","id") WHERE action in ('connection.create', 'connection.update', 'connection.rollback', 'connection.reseal', 'instance.restore');--> statement-breakpoint
CREATE INDEX "events_created" ON "events" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "events_published" ON "events" USING btree ("project_id","published_at","created_at","id");--> statement-breakpoint
CREATE INDEX "events_unpublished" ON "events" USING btree ("created_at","id") WHERE published_at is null;