import { defineMysql } from '../families/define-mysql.ts';

export default defineMysql('mysql', 'MySQL');
