// drizzle-kit takes what a module exports for tables, and tables.ts exports them by engine.
module.exports = require('../../src/store/tables/tables.ts').sqliteTables;
