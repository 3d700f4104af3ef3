import type { ProtocolBench } from './protocol.ts';

/** Makes the edit past the gateway, looks, and puts the table back as it was. A table that refuses the edit itself has seen to it. */
export async function edited<T>(
  { sql }: Pick<ProtocolBench, 'sql'>,
  table: string,
  statements: readonly string[],
  look: () => Promise<T>,
): Promise<T | 'refused'> {
  await sql(`create table kept as select * from ${table}`);
  try {
    for (const text of statements) await sql(text);
    return await look();
  } catch (error) {
    if (error instanceof Error && /constraint/i.test(error.message)) return 'refused';
    throw error;
  } finally {
    await sql(`delete from ${table}`);
    await sql(`insert into ${table} select * from kept`);
    await sql('drop table kept');
  }
}
