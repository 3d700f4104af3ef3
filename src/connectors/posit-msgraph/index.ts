import { definePositKind } from '../families/posit/define-posit.ts';

export default definePositKind('msgraph');
