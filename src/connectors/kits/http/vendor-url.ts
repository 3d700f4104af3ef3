import { optionalUrl } from '../fields.ts';

/**
 * Another address in the place of a service's own, such as a proxy's. Without it the secret goes to the service, whichever of its regions
 * is chosen: a changed region keeps the secret where it was saved for, and a changed address does not.
 */
export function vendorUrl(usual: string) {
  return optionalUrl('API URL', `Address to ask in the place of ${usual}.`);
}
