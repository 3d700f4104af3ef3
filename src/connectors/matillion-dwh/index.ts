import { defineMatillionKind } from '../families/matillion/define-matillion.ts';

export default defineMatillionKind('DWH', 'Matillion data warehouse');
