/**
 * Imported first by everything that starts a process or a thread of ours: nobody reaches a prototype through `__proto__`, not even
 * a driver that merges what a server sent. Node's own switch for it would have to be given on every command line.
 */
Reflect.deleteProperty(Object.prototype, '__proto__');
