import { z } from 'zod';
import { MOST_KEYS } from '../../../domain/posit/merge-config.ts';
import { MOST_CLEAR, MOST_SECRET, UNNAMED_KEY } from '../../../domain/posit/read-value.ts';
import {
  holds,
  type PositConfig,
  type PositTemplate,
  SOUNDS_SECRET,
  type TemplateKey,
  type Visibility,
} from '../../../domain/posit/template.ts';
import { POSIT_TEMPLATES } from '../../../domain/posit/templates.ts';
import { missingIn } from '../../../domain/posit/unfit-config.ts';
import { NO_NUL, ONE_LINE } from '../../../domain/text/one-line.ts';
import { anyCase } from '../../kit/any-case.ts';

/** For the document: what the table of templates says of the config of a new integration. Nothing is checked by it. */
export function templatesWithConfigs(): readonly { readonly template: z.ZodType; readonly config: z.ZodType }[] {
  const keysOf = ({ keys, isOpen, oneOf }: PositTemplate) => JSON.stringify({ keys, isOpen, oneOf });
  const different = POSIT_TEMPLATES.filter((one, index) => POSIT_TEMPLATES.findIndex((other) => keysOf(one) === keysOf(other)) === index);
  return different.map((template) => {
    const alike = POSIT_TEMPLATES.filter((other) => keysOf(template) === keysOf(other));
    const config = configOf(template);
    const isOptional = missingIn(template, {}) === null;
    return { template: z.enum(alike.map(({ id }) => id)), config: isOptional ? config.nullish() : config };
  });
}

/** A shape for each choice of those keys that say which others there are. */
function configOf(template: PositTemplate): z.ZodType {
  const choices = choicesAmong(template).flatMap((chosen) => waysToComplete(template).map((needed) => shapeOf(template, chosen, needed)));
  return z.union(choices).describe('Of these keys alone. What is left out of them has its default.');
}

function choicesAmong({ keys }: PositTemplate): readonly PositConfig[] {
  const deciding = new Set(keys.flatMap(({ visibility, required }) => [visibility, required].flatMap(namesIn)));
  return keys
    .filter(({ name }) => deciding.has(name))
    .reduce<readonly PositConfig[]>(
      (configs, { name, form }) =>
        configs.flatMap((config) => (form.type === 'select' ? form.values : []).map((value) => ({ ...config, [name]: value }))),
      [{}],
    );
}

function namesIn(condition: boolean | Visibility | null): readonly string[] {
  if (condition === null || typeof condition === 'boolean') return [];
  return 'name' in condition ? [condition.name] : condition.operands.flatMap(namesIn);
}

/** Which of the keys are required of which one would do. */
function waysToComplete({ oneOf }: PositTemplate): readonly (readonly string[])[] {
  return oneOf.reduce<readonly (readonly string[])[]>((ways, names) => ways.flatMap((way) => names.map((name) => [...way, name])), [[]]);
}

function shapeOf(template: PositTemplate, chosen: PositConfig, needed: readonly string[]): z.ZodType {
  const members = template.keys.flatMap((key): readonly (readonly [string, z.ZodType])[] => {
    const value = chosen[key.name];
    if (value !== undefined) {
      return [[key.name, value === key.default ? z.union([z.enum([String(value), '']), NOTHING]).optional() : z.literal(value)]];
    }
    // One that is hidden may be taken away, as if it had been there.
    if (!holds(key.visibility, template, chosen)) return [[key.name, NOTHING.optional()]];
    const isRequired = needed.includes(key.name) || holds(key.required, template, chosen);
    return [[key.name, isRequired ? z.union(shapesOf(key, 1)) : z.union([...shapesOf(key), NOTHING]).optional()]];
  });
  const shape = z.object(Object.fromEntries(members));
  return template.isOpen ? open(shape) : shape.strict();
}

/** R has other ways to say null. */
const NOTHING = z.unknown().meta({ type: ['null', 'object', 'array'], maxProperties: 0, maxItems: 0 });

/** Whatever is no secret is also taken away by an empty text. */
function shapesOf({ form, isSecret }: Pick<TemplateKey, 'form' | 'isSecret'>, least = 0): readonly z.ZodType[] {
  if (isSecret) return [secret];
  switch (form.type) {
    case 'bool':
      return [z.boolean(), z.string().meta({ pattern: anyCase(`^(?:true|false${least === 0 ? '|' : ''})$`) })];
    case 'select':
      return [z.enum(least === 0 ? [...form.values, ''] : form.values)];
    case 'text':
      return [lineOf(least).meta({ pattern: ONE_LINE, ...(form.pattern === '.+' ? {} : formOf(form.pattern, least)) })];
  }
}

function formOf(pattern: string, least: number) {
  return { allOf: [{ pattern: `^(?:${pattern})${least === 0 ? '?' : ''}$` }] };
}

const lineOf = (least: number) => z.string().min(least).max(MOST_CLEAR);
const secret = z.string().min(1).max(MOST_SECRET).meta({ pattern: NO_NUL });

function open(shape: z.ZodObject): z.ZodType {
  const { $schema: _, ...hidden } = z.toJSONSchema(z.union([secret, NOTHING]));
  return shape.catchall(z.union([lineOf(0).meta({ pattern: ONE_LINE }), z.boolean(), NOTHING])).meta({
    propertyNames: { pattern: UNNAMED_KEY.source },
    'x-patternProperties': { [anyCase(SOUNDS_SECRET.source)]: hidden },
    maxProperties: MOST_KEYS,
  });
}
