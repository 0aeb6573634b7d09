// LangChain of May 2023, which asks with the openai package of that time.
import { ConversationChain } from 'langchain/chains';
import { ChatOpenAI } from 'langchain/chat_models/openai';
import { OpenAI } from 'langchain/llms/openai';
import { HumanChatMessage, SystemChatMessage } from 'langchain/schema';
import { chat, completions, old, step } from './steps.mjs';

const fields = { openAIApiKey: 'sk-client', maxRetries: 0 };
const chatting = (more) => new ChatOpenAI({ ...fields, ...more }, { basePath: chat });
const completing = (more) =>
  new OpenAI({ ...fields, modelName: 'text-davinci-003', ...more }, { basePath: completions });
const messages = [new SystemChatMessage('Be brief.'), new HumanChatMessage('Hello')];

/** The text that comes in pieces. */
async function pieces(run) {
  let text = '';
  await run({
    streaming: true,
    callbacks: [
      {
        handleLLMNewToken: (token) => {
          text += token;
        },
      },
    ],
  });
  return text;
}

await step('chat', 'You said: Hello', async () => (await chatting().call(messages)).text);
await step('chat, streamed', 'You said: Hello', () => pieces((more) => chatting(more).call(messages)));
await step('completion', 'You said: Hello', async () => await completing().call(old));
await step('completion, streamed', 'You said: Hello', () => pieces((more) => completing(more).call(old)));
await step('a chain with memory', 'You said: And now?', async () => {
  const chain = new ConversationChain({ llm: completing() });
  await chain.call({ input: 'Hello' });
  return (await chain.call({ input: 'And now?' })).response;
});
