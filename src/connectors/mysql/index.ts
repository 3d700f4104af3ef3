import { defineMysqlKind } from '../shared/mysql-kind.ts';

export default defineMysqlKind('mysql', 'MySQL');
