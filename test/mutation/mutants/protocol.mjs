/** Every suite of the change protocol, for a bug that any of them may see first. */
export const PROTOCOL = [
  'test/operations/changes/protocol.test.ts',
  'test/operations/validations/proof/obtain-proof.test.ts',
  'test/operations/changes/versions.test.ts',
  'test/operations/changes/races.test.ts',
  'test/operations/references/references.test.ts',
  'test/operations/references/destinations.test.ts',
  'test/operations/upkeep/integrity.test.ts',
];
