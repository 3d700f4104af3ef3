import { defineMatillionKind } from '../families/matillion/define-matillion.ts';

export default defineMatillionKind('COMPONENT_BASIC', 'Matillion component');
