import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { Example } from './example.ts';
import { EXAMPLES } from './examples.ts';

/** The list of examples beside the editor; each opens in a tab of its own. */
export const examplesPlugin: GraphiQLPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExamplesPanel };

/** An example as the editor takes it. */
export function tabOf({ query, variables, headers }: Example) {
  return { query, variables: textOf(variables), headers: textOf(headers) };
}

function ExamplesPanel() {
  const { tabs, queryEditor, variableEditor, headerEditor } = useGraphiQL(pick('tabs', 'queryEditor', 'variableEditor', 'headerEditor'));
  const { addTab, changeTab, updateActiveTabValues } = useGraphiQLActions();

  /** The editors load after this panel; an example that was opened before would be lost when they come. */
  const ready = queryEditor !== undefined && variableEditor !== undefined && headerEditor !== undefined;

  function open(example: Example) {
    const open = tabs.findIndex(({ title }) => title === example.operation);
    if (open >= 0) {
      changeTab(open);
      return;
    }
    const tab = tabOf(example);
    addTab();
    queryEditor?.setValue(tab.query);
    variableEditor?.setValue(tab.variables);
    headerEditor?.setValue(tab.headers);
    updateActiveTabValues(tab);
  }

  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      {EXAMPLES.map(({ title, examples }) => (
        <section key={title}>
          <h3>{title}</h3>
          <ol>
            {examples.map((example) => (
              <li key={example.operation}>
                <button type="button" disabled={!ready} onClick={() => open(example)}>
                  {example.title}
                </button>
                <p>{example.does}</p>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" aria-hidden="true">
      <path d="M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01" />
    </svg>
  );
}

function textOf(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, null, 2);
}
