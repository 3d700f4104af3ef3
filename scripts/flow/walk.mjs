import { isDeepStrictEqual } from 'node:util';
import { steps } from './steps.mjs';

const REQUEST_MS = 40_000;

/**
 * Sends the flow's requests one after the other. `tell` hears of each step, with its request, its answer and whether that is right.
 * Resolves to the number of steps that were not; what follows a broken step may break with it.
 */
export async function walk({ gateway, target }, tell) {
  let memory = { target };
  let broken = 0;
  for (const [index, step] of steps.entries()) {
    const variables = step.variables?.(memory);
    const token = step.as === 'job' ? memory.jobToken : gateway.owner.secret;
    const answer = await send(gateway.url, token, { query: step.document, ...(variables === undefined ? {} : { variables }) });
    const right = judge(step, answer);
    if (right && step.keep !== undefined) memory = { ...memory, ...step.keep(answer.data) };
    if (!right) broken += 1;
    tell({ number: index + 1, ...step, variables, answer, right });
  }
  return broken;
}

async function send(url, token, body) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(REQUEST_MS),
  });
  return await response.json();
}

function judge({ fails, holds }, { data, errors = [] }) {
  if (fails !== undefined)
    return isDeepStrictEqual(
      errors.map(({ extensions }) => extensions?.code),
      [fails],
    );
  try {
    return errors.length === 0 && holds(data) === true;
  } catch {
    return false;
  }
}
