import { defineConnector } from '../../domain/connector/define-connector.ts';
import { optionalDriver } from '../kits/driver.ts';
import { httpProblem } from '../kits/http/http-problem.ts';
import { HttpFailure } from '../kits/http/http-session.ts';
import { says } from '../kits/problems.ts';
import { usualValidators } from '../kits/usual-validators.ts';
import { fields, type GitDetails, rules } from './fields.ts';
import { askOverHttps } from './git-https.ts';
import { askOverSsh } from './git-ssh.ts';
import { readRepository } from './repository.ts';

const TITLE = 'The Git server';

/** The repository of a LookML project, which is cloned to read it: https://git-scm.com/docs/http-protocol */
export default defineConnector({
  kind: 'looker-git-clone',
  aliases: ['looker-git', 'looker-git-ssh'],
  title: 'Looker project in Git',
  category: 'bi',
  fields,
  rules,
  lead: {
    name: 'LookerGitAuth',
    tests: [{}, { field: 'testLookerGitCloneCredentialsV2', input: 'LookerGitCloneConnectionDetails' }],
    testV1: [
      { field: 'testLookerGitCloneCredentials', explains: false },
      { field: 'testLookerGitSshCredentials', explains: false },
    ],
    allOptional: true,
  },
  driver: optionalDriver({ ssh2: '1' }),
  speaks: 'Git over https, or over SSH',
  leastPrivileges: [
    'Add the key as a deploy key without write access, or give the token the right to read the contents of the repository alone.',
  ],
  tested: {
    against: 'fake',
    what: "a fake of Git's https protocol, and an SSH server of ssh2 that answers as git-upload-pack does",
    client: 'git',
  },
  validators: usualValidators<GitDetails, null>({
    title: TITLE,
    describes: {
      validate_connection:
        'Signs in and asks for what the repository has to fetch, which is what a clone begins with. Nothing is fetched, and nothing is pushed.',
    },
    async connection(_, input) {
      const repository = readRepository(input.credentials.repoUrl);
      if (repository === null) throw new Error('the fields of the kind let nothing else through');
      return repository.by === 'https' ? await askOverHttps(repository, input) : await askOverSsh(repository, input);
    },
    withSession: (_, use) => use(null),
    explain(error) {
      if (!(error instanceof HttpFailure)) throw error;
      if (error.status === 401) return httpProblem(error, TITLE, REFUSED);
      if (error.status === 403) return httpProblem(error, TITLE, NOT_PERMITTED);
      return httpProblem(error, TITLE, error.status === 404 ? NOT_FOUND : null);
    },
  }),
});

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'The Git server refused the token.',
  'Check the token, that it has not expired, and the user where the host wants a certain one.',
);
const NOT_PERMITTED = says(
  'ACCESS_DENIED',
  'The token may not read this repository.',
  'Give it the right to read the contents of the repository.',
);
const NOT_FOUND = says(
  'DATABASE_NOT_FOUND',
  'There is no such repository, or the token may not see it: some hosts say the same of both.',
  'Check repoUrl, and that the token may read that repository.',
);
