import 'graphiql/setup-workers/vite';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import 'graphiql/graphiql.css';
import './workbench.css';
import { GraphiQL } from 'graphiql';
import { useState } from 'react';
import { EXAMPLES } from './examples/examples.ts';
import { examplesPlugin, tabOf } from './examples/examples-panel.tsx';
import { createGraphqlFetcher } from './graphql-fetcher.ts';
import { createMemoryStorage } from './memory-storage.ts';
import { SystemTheme } from './system-theme.tsx';

const plugins = [examplesPlugin];
const firstTabs = EXAMPLES.slice(0, 1)
  .flatMap(({ examples }) => examples.slice(0, 1))
  .map(tabOf);

/** GraphiQL, keeping nothing: no history, since variables hold passwords, and all else in memory. Signing out unmounts it. */
export function Workbench({ onSessionEnd }: { readonly onSessionEnd: () => void }) {
  const [fetcher] = useState(() => createGraphqlFetcher(onSessionEnd));
  const [storage] = useState(createMemoryStorage);
  return (
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      plugins={plugins}
      visiblePlugin={examplesPlugin}
      defaultTabs={firstTabs}
      defaultEditorToolsVisibility="variables"
      shouldPersistHeaders={false}
      inputValueDeprecation
      schemaDescription
    >
      <GraphiQL.Logo>
        <SystemTheme />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}
