import { secret, setting } from '../../../domain/connector/field.ts';
import { secretText } from '../../../domain/connector/field-types.ts';
import { headerSecret, word } from '../../kits/fields.ts';

export const CLUSTER = setting(word(/^[\w-]+$/, 'must be the id of a cluster'), {
  identity: true,
  title: 'Cluster',
  description: 'Id of the cluster, such as lkc-00000.',
});

/** A key of Confluent Cloud and its secret. */
export function keyFields(description: string) {
  return {
    apiKey: secret(
      headerSecret().refine((value) => !value.includes(':'), 'may not hold a colon'),
      { title: 'API key', description },
    ),
    secret: secret(secretText(), { title: 'Secret', description: 'Secret of the API key.' }),
  };
}
