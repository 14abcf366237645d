/** What one fetch holds of the memory for bodies. */
export type MemoryShare = {
  /** True: granted. False: `onGranted` is called once it is, unless the share is freed before. One at a time. */
  grow: (bytes: number, onGranted: () => void) => boolean;
  /** It holds nothing any more, and waits for nothing. */
  free: () => void;
};

export type BodyMemory = {
  open: () => MemoryShare;
  /** Undefined while a fetch may begin; else resolves when one may. */
  room: () => Promise<void> | undefined;
  heldBytes: () => number;
};

/** Who needs no more than this (a page, its decoder) never waits for those who need much: a quarter is kept for them. */
const littleBytes = 512 * 1024;
const shareOfMuch = 0.75;

type Share = { bytes: number; waiting: Waiting | undefined };
type Waiting = { share: Share; bytes: number; onGranted: () => void };
type Lane = { limitBytes: number; queue: Waiting[] };

/**
 * The bodies that one process holds at once, in bytes: what was received of them and is kept, and the windows of their
 * decoders. Who gets no more holds its host back; nobody is refused. First come, first served, in two lanes. When all who hold
 * something wait for more, one of them gets it all the same until it ends, or none would ever end: what is held may thus pass the
 * total by what one body needs.
 */
export const createBodyMemory = (totalBytes: number): BodyMemory => {
  const little: Lane = { limitBytes: totalBytes, queue: [] };
  const much: Lane = { limitBytes: totalBytes * shareOfMuch, queue: [] };
  let held = 0;
  /** Shares that hold something, and those of them that wait for more. */
  let holders = 0;
  let stuck = 0;
  /** The one that may pass the limits. */
  let eldest: Share | undefined;
  let door: PromiseWithResolvers<void> | undefined;

  const laneOf = (bytes: number): Lane => (bytes > littleBytes ? much : little);
  const isFull = (): boolean => little.queue.length > 0 || held >= totalBytes;

  const give = (share: Share, bytes: number): void => {
    if (share.bytes === 0 && bytes > 0) holders++;
    share.bytes += bytes;
    held += bytes;
  };

  const leaveQueue = (waiting: Waiting, lane: Lane): void => {
    lane.queue.splice(lane.queue.indexOf(waiting), 1);
    waiting.share.waiting = undefined;
    if (waiting.share.bytes > 0) stuck--;
  };

  const grant = (waiting: Waiting, lane: Lane): void => {
    leaveQueue(waiting, lane);
    give(waiting.share, waiting.bytes);
    waiting.onGranted();
  };

  const serve = (lane: Lane): void => {
    for (let first = lane.queue[0]; first !== undefined; first = lane.queue[0]) {
      if (held + first.bytes > lane.limitBytes) return;
      grant(first, lane);
    }
  };

  const serveAll = (): void => {
    serve(little);
    serve(much);
    if (holders === stuck) {
      eldest ??= (little.queue[0] ?? much.queue[0])?.share;
      if (eldest?.waiting !== undefined) grant(eldest.waiting, laneOf(eldest.bytes + eldest.waiting.bytes));
    }
    if (door === undefined || isFull()) return;
    door.resolve();
    door = undefined;
  };

  const grow = (share: Share, bytes: number, onGranted: () => void): boolean => {
    const lane = laneOf(share.bytes + bytes);
    let isGranted = false;
    let isLate = false;
    const waiting = {
      share,
      bytes,
      onGranted: () => {
        isGranted = true;
        if (isLate) onGranted();
      },
    };
    share.waiting = waiting;
    lane.queue.push(waiting);
    if (share.bytes > 0) stuck++;
    serveAll();
    isLate = true;
    return isGranted;
  };

  const free = (share: Share): void => {
    if (share.waiting !== undefined) leaveQueue(share.waiting, laneOf(share.bytes + share.waiting.bytes));
    if (eldest === share) eldest = undefined;
    if (share.bytes > 0) holders--;
    held -= share.bytes;
    share.bytes = 0;
    serveAll();
  };

  return {
    open: () => {
      const share: Share = { bytes: 0, waiting: undefined };
      return {
        grow: (bytes, onGranted) => {
          const lane = laneOf(share.bytes + bytes);
          if (lane.queue.length > 0 || held + bytes > lane.limitBytes) return grow(share, bytes, onGranted);
          give(share, bytes);
          return true;
        },
        free: () => {
          if (share.bytes > 0 || share.waiting !== undefined || share === eldest) free(share);
        },
      };
    },
    room: () => {
      if (!isFull()) return undefined;
      door ??= Promise.withResolvers<void>();
      return door.promise;
    },
    heldBytes: () => held,
  };
};
