import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerHeads } from '../../../../apps/worker/src/fetch/answer-heads.ts';

const take = (heads: AnswerHeads, chunks: (string | Buffer)[]): string => {
  let passed = '';
  for (const chunk of chunks) {
    const taken = heads.take(Buffer.from(chunk as string, 'latin1'));
    if (typeof taken === 'string') return taken;
    passed += taken?.toString('latin1') ?? '';
  }
  return passed;
};
const through = (text: string, maxBytes = 1000) => take(new AnswerHeads(maxBytes), [text]);

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello';
const hint = 'HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n';

describe('the heads of an answer', () => {
  it('pass as they came, with what stands behind them', () => {
    expect(through(answer)).toBe(answer);
  });

  it('lose interim answers and empty lines before them', () => {
    expect(through(`\r\n\r\n${hint}\r\n${hint}HTTP/1.0 100\r\n\r\n${answer}`)).toBe(answer);
  });

  it('are over with the empty line', () => {
    const heads = new AnswerHeads(1000);
    heads.take(Buffer.from('HTTP/1.1 200 OK\r\n\r'));
    expect(heads.isOver).toBe(false);
    heads.take(Buffer.from('\nbody'));
    expect(heads.isOver).toBe(true);
  });

  it('are measured to the byte, all of them together, the body not', () => {
    const bytes = hint.length + answer.length - 'hello'.length;
    expect(through(hint + answer, bytes)).toBe(answer);
    expect(through(hint + answer, bytes - 1)).toBe('head-too-large');
  });

  it.each([
    ['HTTP/1.1 101 Switching\r\n\r\n', 'unasked-upgrade'],
    [`${hint}HTTP/1.1 101\r\n\r\n`, 'unasked-upgrade'],
    [hint.repeat(11), 'too-many-interim'],
    ['HTTP/1.1 103 Hints\nlink: x\n\n', 'malformed-response'],
    ['SSH-2.0-x', 'malformed-response'],
    ['x', 'malformed-response'],
    ['RTSP/1.0 200 OK\r\n\r\n', 'malformed-response'],
    ['x'.repeat(2000), 'malformed-response'],
    ['\r\n'.repeat(1000), 'head-too-large'],
    [`HTTP/1.1 103 Hints\r\n${'x'.repeat(2000)}`, 'head-too-large'],
  ])('are refused: %j', (text, why) => {
    expect(through(text)).toBe(why);
  });

  it.each(['HTTP/1.1 1000 No\r\n\r\n', 'HTTP/1.1 1x3 No\r\n\r\n', 'HTTP/1.1 10 No\r\n\r\n', 'HTTP/2.0 100 No\r\n\r\n'])(
    'that only look like an interim answer are left to the parser: %j',
    (text) => {
      expect(through(text)).toBe(text);
    },
  );

  it('are the same however the bytes are cut', () => {
    const part = fc.constantFrom(hint, '\r\n', 'HTTP/1.1 100 Continue\r\n\r\n');
    const last = fc.constantFrom(
      answer,
      'HTTP/1.1 101 X\r\n\r\n',
      'HTTP/1.1 2',
      'nonsense',
      'HTTP/1.1 1',
      hint.slice(0, 20),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), last, fc.array(fc.nat({ max: 30 })), (parts, end, cuts) => {
        const text = parts.join('') + end;
        const chunks: string[] = [];
        let at = 0;
        for (const cut of cuts) chunks.push(text.slice(at, (at += cut)));
        expect(take(new AnswerHeads(400), [...chunks, text.slice(at)])).toBe(through(text, 400));
      }),
    );
  });
});
