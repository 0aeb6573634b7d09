/** Each dialect on its own, with what reads and writes it, for bundles that need but one or two. */
export { chatml, chatmlNewline, hermes, orca } from './prompt/dialects/chatml.js';
export { commandR } from './prompt/dialects/command-r.js';
export { deepseekR1, deepseekV2, deepseekV3, deepseekV31 } from './prompt/dialects/deepseek.js';
export {
  aiSdk,
  anthropic,
  customerAgent,
  humanAI,
  humanAssistant,
  prompty,
  questionAnswer,
  userAssistant,
  youFriend,
} from './prompt/dialects/english.js';
export { falcon, falconChat } from './prompt/dialects/falcon.js';
export { gemma, gemma2, gemma3 } from './prompt/dialects/gemma.js';
export { granite, granite30 } from './prompt/dialects/granite.js';
export { harmony } from './prompt/dialects/harmony.js';
export { alpaca, alpacaInput, vicuna, vicuna0, vicunaNewline } from './prompt/dialects/instruct.js';
export {
  chinese,
  chineseQuestionAnswer,
  french,
  german,
  japanese,
  russian,
  spanish,
} from './prompt/dialects/languages.js';
export { llama2, llama3, llama4, llama31, llama33 } from './prompt/dialects/llama.js';
export {
  mistralV1,
  mistralV2,
  mistralV3,
  mistralV3Tekken,
  mistralV7,
  mistralV7Tekken,
  mixtral,
} from './prompt/dialects/mistral.js';
export { openchat } from './prompt/dialects/openchat.js';
export { phi3, phi4 } from './prompt/dialects/phi.js';
export { qwen3, qwen3Instruct, qwen3Thinking, qwen25 } from './prompt/dialects/qwen.js';
export { zephyr } from './prompt/dialects/zephyr.js';
export { parseWithDialect } from './prompt/parse.js';
export { renderWithDialect } from './prompt/render.js';
