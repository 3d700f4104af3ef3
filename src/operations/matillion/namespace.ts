/** Names of connections that were made in Matillion's dialect are unique among themselves. */
export const MATILLION = 'matillion';
