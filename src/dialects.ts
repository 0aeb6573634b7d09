/** Each dialect on its own, with what reads and writes it, for bundles that need but one or two. */
export { chatml, chatmlNewline, hermes, orca } from './formats/chatml.js';
export { commandR } from './formats/command-r.js';
export { deepseekR1, deepseekV2, deepseekV3, deepseekV31 } from './formats/deepseek.js';
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
} from './formats/english.js';
export { falcon, falconChat } from './formats/falcon.js';
export { gemma, gemma2, gemma3 } from './formats/gemma.js';
export { granite, granite30 } from './formats/granite.js';
export { harmony } from './formats/harmony.js';
export { alpaca, alpacaInput, vicuna, vicuna0, vicunaNewline } from './formats/instruct.js';
export {
  chinese,
  chineseQuestionAnswer,
  french,
  german,
  japanese,
  russian,
  spanish,
} from './formats/languages.js';
export { llama2, llama3, llama4, llama31, llama33 } from './formats/llama.js';
export {
  mistralV1,
  mistralV2,
  mistralV3,
  mistralV3Tekken,
  mistralV7,
  mistralV7Tekken,
  mixtral,
} from './formats/mistral.js';
export { openchat } from './formats/openchat.js';
export { phi3, phi4 } from './formats/phi.js';
export { qwen3, qwen3Instruct, qwen3Thinking, qwen25 } from './formats/qwen.js';
export { zephyr } from './formats/zephyr.js';
export { parseWithDialect } from './prompt/read.js';
export { renderWithDialect } from './prompt/write.js';
