import { defineMatillionKind } from '../families/matillion/define-matillion.ts';

export default defineMatillionKind('CLOUD_PLATFORM_CREDENTIALS', 'Matillion cloud credentials');
