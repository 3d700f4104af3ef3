import { AUDIT_ACTIONS } from '../../../build/domain/audit/audit-actions.js';
import { code, page, table } from '../markdown.mjs';

export default page(
  'audit-actions',
  'Audit actions',
  'Everything that the audit log tells of; there are no other actions. Each row says when, by which token and from where, on what (`entity`, `entityId`), and in `details` what the action says below beside ids. No row holds a value that was given as a credential.',
  [
    table(
      ['action', 'what happened'],
      Object.entries(AUDIT_ACTIONS).map(([name, meaning]) => [code(name), meaning]),
    ),
  ],
);
