import { DomainError } from '../../errors/errors.ts';

/** Details that do not fit their kind: an error for whoever stores them, a failed result for whoever has them checked. */
export class UnfitDetails extends DomainError {
  /** What a validator says of it. */
  get validationCode(): 'DETAILS_INVALID' | 'DRIVER_NOT_INSTALLED' {
    return this.code === 'DRIVER_NOT_INSTALLED' ? this.code : 'DETAILS_INVALID';
  }

  /** Each with the field, in texts of ours that quote no value. */
  get problems(): readonly { readonly path: string; readonly message: string }[] {
    const { problems, path } = this.details;
    return Array.isArray(problems) ? problems : [{ path: String(path), message: this.message }];
  }
}
