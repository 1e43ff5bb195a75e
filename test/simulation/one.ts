import { play } from './play.ts';
const [seed = '1', fault] = process.argv.slice(2);
await play({ seed, fault: fault as never }, console.log);
