import type { DialectName } from '../formats/index.generated.js';

/**
 * Chat templates that a built-in dialect writes byte for byte, in plain conversations, with system texts, blank ends,
 * reasoning, tools, calls, results, and whatever variables they take: the hash of a template's text, and the dialect. The
 * lines come from `npm run templates -- --known`.
 */
export const knownTemplates: Readonly<Record<string, DialectName>> = {
  hx9bu71bo585l: 'chatml', // axolotl chatml, ollama library/dolphin-mixtral:8x7b
  '1a0p1an1c167lp': 'chatml', // axolotl nemotron_h
  vzcohukgu38: 'chatml', // ollama library/internlm2:1.8b, ollama library/nous-hermes2-mixtral:8x7b
  '1feg9bex38k62': 'chatml', // ollama library/llava:34b
  sx4ogq14xg7sy: 'gemma', // axolotl gemma
  '1aotxkbtmu4v9': 'gemma', // trl gemma_training
  l4szi11uqv9xp: 'gemma-2', // ollama library/gemma2:2b
  l0hbvv1clfs77: 'gemma-3', // axolotl gemma3
  '1x4yujf1p5efhw': 'gemma-3', // axolotl gemma3n
  bwjxezfhz4pw: 'gemma-3', // ollama library/gemma3:1b
  qt3lopb8ijw8: 'gemma-3', // ollama library/gemma3:270m
  '1fgcxpe8c31g6': 'gemma-3', // trl gemma3_training
  '1d80roaaso162': 'gemma-4', // axolotl gemma4
  ctf50410l0nst: 'gemma-4', // ggml-llama.cpp google-gemma-4-31B-it
  '15a93ff4pay2c': 'gemma-4', // vllm tool_chat_template_gemma4
  '1n9beyusmdfot': 'glm-4.5', // ggml-llama.cpp GLM-4.6
  '1nbpfsl1n41ib0': 'glm-4.5', // trl glm4moe
  '1ejqygg1s2x36n': 'glm-4.7', // ggml-llama.cpp GLM-4.7-Flash
  '1f86tx11cvjyid': 'llama-3', // axolotl llama3
  '158jncczx1h0u': 'llama-3', // ollama library/llama3:8b
  vlvavswanefh: 'llama-3', // trl llama3_training
  zbwl1c1kyd8wr: 'minimax-m2', // ggml-llama.cpp MiniMax-M2
  '1tqrljlouytap': 'mistral-v1', // mistral-common v1_spm
  j50jt2p6c4qm: 'mistral-v11', // mistral-common v11_image_think
  '1n1b6yb13ldbh5': 'mistral-v11', // mistral-common v11_think
  '5f82n0lgof5p': 'mistral-v13', // mistral-common v13_image_think
  '1ui6aay1x016y6': 'mistral-v13', // mistral-common v13_think
  '15tvjv2h3oox3': 'mistral-v3', // mistral-common v3_image_spm
  '1gqujj71tcgngc': 'mistral-v3', // mistral-common v3_spm
  '1ddxoeoto9e1r': 'mistral-v3-tekken', // mistral-common v3
  jwy3ib1stg5kn: 'mistral-v3-tekken', // mistral-common v3_image
  orb0m053c4s4: 'mistral-v7', // mistral-common v7_image_spm
  '1kp0cv41ntxd8j': 'mistral-v7', // mistral-common v7_spm
  '1qjzt0p1f7ngpn': 'mistral-v7-tekken', // mistral-common v7
  aflb5js4zao: 'mistral-v7-tekken', // mistral-common v7_audio
  cc3mddgg4pld: 'mistral-v7-tekken', // mistral-common v7_image
  '1v8jq19dblqqb': 'mixtral', // ollama library/llava:7b
  qkqq2r1hdhpmo: 'nemotron-3', // trl nemotron_3_nano
  '1hmanhh1xns3bo': 'nemotron-3', // trl nemotron_3_nano_training
  cua9221ojt669: 'nemotron-3', // trl nemotron_3_super
  '1ay0s9fo6gkja': 'nemotron-3', // trl nemotron_3_super_training
  '1u220tp1xnozze': 'nemotron-3-ultra', // trl nemotron_3_ultra
  ww7xapn6sena: 'nemotron-3-ultra', // trl nemotron_3_ultra_training
  '1kk4pnvqe6bs5': 'openchat', // ollama library/openchat:7b
  '1jx5oka1s219sr': 'phi-3', // ollama library/phi3.5:3.8b
  '1lcm3cp1qr9xjw': 'phi-3', // trl phi3_5_training
  tpf6c311r1ngt: 'qwen2.5', // ollama library/qwen2.5-coder:1.5b
  jhy7xh1kjbpfc: 'qwen2.5', // trl qwen2_5_training
  x6z8l2y50xth: 'qwen3', // ollama library/qwen3:0.6b
  '1lnbclxnfose': 'qwen3', // trl qwen3
  '1jjz5opzcjgak': 'qwen3-coder', // ggml-llama.cpp Qwen3-Coder
  '6eml7ldrk07h': 'qwen3-instruct', // trl qwen3_instruct_2507
  xrm8nqgi7r1q: 'qwen3-instruct', // trl qwen3_instruct_2507_training
  og93lpwn7rdv: 'qwen3-thinking', // ollama library/qwen3-next:80b
  '1vwh34aq4rlts': 'qwen3.5', // trl qwen3_5_think
  '11gau35gakcms': 'qwen3.5-small', // trl qwen3_5_nothink
  '6p59rc8bfnhw': 'qwen3.6', // trl qwen3_6
  it4s6akdhreo: 'zephyr', // ollama library/tinyllama:1.1b
};
