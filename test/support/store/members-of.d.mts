export function membersOf<T extends object>(tx: T): T;
