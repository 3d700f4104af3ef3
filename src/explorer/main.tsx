import { createRoot } from 'react-dom/client';
import { Explorer } from './explorer.tsx';
import './style.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

/** Also what is seen when the editor cannot be loaded, as after an upgrade of the gateway. */
const stopped = document.createElement('p');
stopped.role = 'alert';
stopped.className = 'stopped';
stopped.textContent = 'The explorer has stopped. Reload the page to go on.';

createRoot(root, { onUncaughtError: () => root.replaceWith(stopped) }).render(<Explorer />);
