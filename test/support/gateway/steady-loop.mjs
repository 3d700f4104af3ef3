// Loaded in front of a gateway that is a process of its own: how late its event loop is says how busy the machine of the tests is, and a
// gateway that sheds load because of that answers tests of other things with 503.
import { syncBuiltinESMExports } from 'node:module';
import hooks from 'node:perf_hooks';

hooks.monitorEventLoopDelay = () => ({ count: 0, enable() {}, reset() {}, percentile: () => 0 });
syncBuiltinESMExports();
