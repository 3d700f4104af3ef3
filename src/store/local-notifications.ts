import type { Notifications, Topic } from '../domain/ports/notifications.ts';

/** Notifications within this process: enough where one process owns the store. */
export interface LocalNotifications extends Notifications {
  /** Calls those that listen to the topic, or to any. */
  tell(topic: Topic | null, text: string | null): void;
  readonly listeners: number;
}

export function createLocalNotifications(): LocalNotifications {
  const listeners = new Set<{ readonly topic: Topic; readonly heard: (text: string | null) => void }>();
  const tell: LocalNotifications['tell'] = (topic, text) => {
    for (const listener of [...listeners]) if (topic === null || listener.topic === topic) listener.heard(text);
  };
  return {
    tell,
    get listeners() {
      return listeners.size;
    },
    notify: (topic, text = '') => tell(topic, text),
    listen(topic, heard) {
      const listener = { topic, heard };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
