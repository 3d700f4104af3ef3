import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect } from 'react';

/** Sets the editor's colours anew when the system turns dark or light; by itself the editor asks once, as it starts. Shows nothing. */
export function SystemTheme() {
  const { theme } = useGraphiQL(pick('theme'));
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme !== null) return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(null);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return ' ';
}
