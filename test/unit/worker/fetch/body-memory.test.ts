import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createBodyMemory } from '../../../../apps/worker/src/fetch/body-memory.ts';

const mib = 1024 ** 2;
const unheard = () => undefined;

describe('the memory for bodies', () => {
  it('is given while there is some', () => {
    const memory = createBodyMemory(8 * mib);
    const share = memory.open();
    expect(share.grow(2 * mib, unheard)).toBe(true);
    expect(share.grow(1 * mib, unheard)).toBe(true);
    expect(memory.heldBytes()).toBe(3 * mib);
    share.free();
    share.free();
    expect(memory.heldBytes()).toBe(0);
  });

  it('makes the next wait until somebody is done, first come, first served', () => {
    const memory = createBodyMemory(8 * mib);
    const [first, second, third] = [memory.open(), memory.open(), memory.open()];
    first.grow(6 * mib, unheard);
    const order: string[] = [];
    expect(second.grow(6 * mib, () => order.push('second'))).toBe(false);
    expect(third.grow(6 * mib, () => order.push('third'))).toBe(false);
    first.free();
    expect(order).toEqual(['second']);
    second.free();
    expect(order).toEqual(['second', 'third']);
  });

  it('keeps a quarter for those who need little', () => {
    const memory = createBodyMemory(8 * mib);
    memory.open().grow(6 * mib, unheard);
    expect(memory.open().grow(1 * mib, unheard)).toBe(false);
    for (let i = 0; i < 16; i++) expect(memory.open().grow(mib / 8, unheard)).toBe(true);
    expect(memory.open().grow(mib / 8, unheard)).toBe(false);
  });

  it('is given to the first in the queue when all who hold some wait for more', () => {
    const memory = createBodyMemory(8 * mib);
    const [first, second] = [memory.open(), memory.open()];
    first.grow(3 * mib, unheard);
    second.grow(3 * mib, unheard);
    const granted = vi.fn<() => void>();
    expect(first.grow(3 * mib, granted)).toBe(false);
    expect(granted).not.toHaveBeenCalled();
    expect(second.grow(3 * mib, unheard)).toBe(false);
    expect(granted).toHaveBeenCalledOnce();
  });

  it('is given to who needs more than there is, alone', () => {
    const memory = createBodyMemory(8 * mib);
    expect(memory.open().grow(20 * mib, unheard)).toBe(true);
  });

  it('is not given any more to who gave up waiting', () => {
    const memory = createBodyMemory(8 * mib);
    const [first, second] = [memory.open(), memory.open()];
    first.grow(6 * mib, unheard);
    const granted = vi.fn<() => void>();
    second.grow(6 * mib, granted);
    second.free();
    first.free();
    expect(granted).not.toHaveBeenCalled();
    expect(memory.heldBytes()).toBe(0);
  });

  it('has a door that closes while it is full', async () => {
    const memory = createBodyMemory(8 * mib);
    expect(memory.room()).toBeUndefined();
    const share = memory.open();
    share.grow(20 * mib, unheard);
    const room = memory.room();
    expect(room).toBeInstanceOf(Promise);
    share.free();
    await room;
    expect(memory.room()).toBeUndefined();
  });

  it('serves everybody in the end, and never holds more than its size and what one needs', () => {
    const needs = fc.array(fc.nat({ max: 5 * mib }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(needs, { minLength: 1, maxLength: 20 }), fc.infiniteStream(fc.nat()), (users, dice) => {
        const mostNeeded = Math.max(...users.map((user) => user.reduce((sum, need) => sum + need)));
        const memory = createBodyMemory(8 * mib);
        const running: (() => void)[] = [];
        let done = 0;
        for (const user of users) {
          const share = memory.open();
          const left = user.values();
          const step = (): void => {
            const need = left.next();
            if (need.done) {
              share.free();
              done++;
            } else if (share.grow(need.value, () => void running.push(step))) running.push(step);
          };
          running.push(step);
        }
        while (running.length > 0) {
          const [next] = running.splice((dice.next().value as number) % running.length, 1);
          next?.();
          expect(memory.heldBytes()).toBeLessThanOrEqual(8 * mib + mostNeeded);
        }
        expect(done).toBe(users.length);
        expect(memory.heldBytes()).toBe(0);
      }),
    );
  });
});
