// The load generator, a process of its own so that nobody else's work delays what it measures.
import { answerQuestions } from '../parts/part.ts';
import { closedLoop } from './closed-loop.ts';
import { openLoop } from './open-loop.ts';
import { loadQuestion } from './protocol.ts';

answerQuestions(loadQuestion, (question) => (question.kind === 'closed' ? closedLoop(question) : openLoop(question)));
