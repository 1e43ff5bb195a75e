// A process of the benchmark's own: it is asked, and it answers, one question at a time.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

export interface Part {
  readonly pid: number;
  ask<Answer>(question: object, answer: z.ZodType<Answer>): Promise<Answer>;
  stop(): void;
}

export function startPart(file: URL, args: readonly string[] = []): Part {
  const child = fork(fileURLToPath(file), args, { serialization: 'advanced', execArgv: [] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file.pathname} could not be started.`);
  return {
    pid,
    ask: (question, answer) =>
      new Promise((resolve, reject) => {
        const onExit = (code: number | null): void =>
          reject(new Error(`${file.pathname} ended with ${code ?? 'a signal'}.`));
        child.once('exit', onExit);
        child.once('message', (said: unknown) => {
          child.off('exit', onExit);
          const parsed = answer.safeParse(said);
          if (parsed.success) resolve(parsed.data);
          else reject(new Error(`${file.pathname} answered what nobody asked: ${parsed.error.message}`));
        });
        child.send(question);
      }),
    stop: () => child.disconnect(),
  };
}

/** The other side: answers until whoever asks is gone. */
export function answerQuestions<Question>(
  question: z.ZodType<Question>,
  answer: (asked: Question) => Promise<object>,
): void {
  process.on('message', (said: unknown) => {
    const asked = question.parse(said);
    answer(asked).then(
      (answered) => process.send?.(answered),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.once('disconnect', () => process.exit(0));
}
