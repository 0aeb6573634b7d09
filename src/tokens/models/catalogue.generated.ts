/** Written by scripts/build-catalogue.ts. */

/** Where the numbers are from: a package, its version, and the day of its release. */
export const sizesSource = 'gpt-tokenizer 4.0.0, 2026-08-16';
export const pricesSource = 'genai-prices 0.1.8, 2026-09-23';

/** Context window, maximum output and maximum input, 0 for not stated. */
export const catalogueSizes: Readonly<Record<string, string>> = {
  '1024 1024 0': 'gpt-2 gpt2',
  '2048 2048 0':
    'ada babbage code-cushman-001 code-cushman-002 code-davinci-edit-001 curie cushman-codex davinci text-ada-001 text-babbage-001 text-curie-001 text-davinci-001 text-davinci-edit-001',
  '4000 4000 0': 'text-davinci-002 text-davinci-003',
  '4096 4096 0': 'gpt-3.5-turbo-instruct',
  '8000 2048 0': 'code-davinci-001 code-davinci-002 davinci-codex',
  '8191 0 0':
    'code-search-ada-code-001 code-search-ada-text-001 code-search-babbage-code-001 code-search-babbage-text-001 text-search-ada-doc-001 text-search-ada-query-001 text-search-babbage-doc-001 text-search-babbage-query-001 text-search-curie-doc-001 text-search-curie-query-001 text-search-davinci-doc-001 text-search-davinci-query-001 text-similarity-ada-001 text-similarity-babbage-001 text-similarity-curie-001 text-similarity-davinci-001',
  '8192 1024 0': 'computer-use-preview computer-use-preview-2025-03-11',
  '8192 8192 0': 'gpt-4 gpt-4-0314 gpt-4-0613',
  '8192 0 0':
    'text-embedding-3-large text-embedding-3-small text-embedding-ada text-embedding-ada-002 text-embedding-ada-002-v2',
  '16000 4096 0':
    'gpt-4o-mini-realtime-preview gpt-4o-mini-realtime-preview-2024-12-17 gpt-4o-realtime-preview-2024-10-01 gpt-4o-realtime-preview-2024-12-17',
  '16000 2000 0':
    'gpt-4o-mini-transcribe gpt-4o-mini-transcribe-2025-03-20 gpt-4o-mini-transcribe-2025-12-15 gpt-4o-transcribe gpt-4o-transcribe-diarize gpt-realtime-translate gpt-realtime-whisper',
  '16385 4096 0':
    'gpt-3.5 gpt-3.5-0301 gpt-3.5-turbo gpt-3.5-turbo-0125 gpt-3.5-turbo-0613 gpt-3.5-turbo-1106 gpt-3.5-turbo-16k-0613',
  '16385 0 0':
    'gpt-3.5-turbo-16k gpt-3.5-turbo-instruct-0914 gpt-35-turbo gpt-35-turbo-16k gpt-35-turbo-16k-0613',
  '32000 0 0': 'gpt-4-32k-0314 gpt-4-32k-0613',
  '32000 4096 0':
    'gpt-4o-realtime-preview gpt-4o-realtime-preview-2025-06-03 gpt-realtime gpt-realtime-1.5 gpt-realtime-2025-08-28 gpt-realtime-mini gpt-realtime-mini-2025-10-06 gpt-realtime-mini-2025-12-15',
  '32768 8192 0': 'gpt-4-32k',
  '128000 16384 0':
    'chatgpt-4o-latest gpt-4.5-preview gpt-4.5-preview-2025-02-27 gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20 gpt-4o-audio-preview gpt-4o-audio-preview-2024-10-01 gpt-4o-audio-preview-2024-12-17 gpt-4o-audio-preview-2025-06-03 gpt-4o-mini gpt-4o-mini-2024-07-18 gpt-4o-mini-audio-preview gpt-4o-mini-audio-preview-2024-12-17 gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11 gpt-4o-search-preview gpt-4o-search-preview-2025-03-11 gpt-5-chat-latest gpt-5.1-chat-latest gpt-5.2-chat-latest gpt-5.3-chat-latest gpt-audio gpt-audio-1.5 gpt-audio-2025-08-28 gpt-audio-mini gpt-audio-mini-2025-10-06 gpt-audio-mini-2025-12-15',
  '128000 4096 0':
    'gpt-4-0125-preview gpt-4-1106-preview gpt-4-1106-vision-preview gpt-4-turbo gpt-4-turbo-2024-04-09 gpt-4-turbo-preview gpt-4o-2024-05-13',
  '128000 0 0': 'gpt-4-turbo-0125-preview gpt-4-vision-preview gpt-5.3 gpt-5.3-chat',
  '128000 32000 0': 'gpt-realtime-2 gpt-realtime-2.1 gpt-realtime-2.1-mini',
  '128000 65536 0': 'o1-mini o1-mini-2024-09-12',
  '128000 32768 0': 'o1-preview o1-preview-2024-09-12',
  '131072 131072 0': 'gpt-oss-120b gpt-oss-20b',
  '131072 0 0': 'gpt-oss-safeguard-20b',
  '200000 0 0': 'codex-mini o3-mini-high o4-mini-high',
  '200000 100000 0':
    'codex-mini-latest o1 o1-2024-12-17 o1-pro o1-pro-2025-03-19 o3 o3-2025-04-16 o3-deep-research o3-deep-research-2025-06-26 o3-mini o3-mini-2025-01-31 o3-pro o3-pro-2025-06-10 o4-mini o4-mini-2025-04-16 o4-mini-deep-research o4-mini-deep-research-2025-06-26',
  '400000 128000 272000':
    'chat-latest daybreak-red-latest gpt-5 gpt-5-2025-08-07 gpt-5-codex gpt-5-mini gpt-5-mini-2025-08-07 gpt-5-nano gpt-5-nano-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13 gpt-5.1-codex gpt-5.1-codex-max gpt-5.1-codex-mini gpt-5.2 gpt-5.2-2025-12-11 gpt-5.2-codex gpt-5.2-pro gpt-5.2-pro-2025-12-11 gpt-5.3-codex gpt-5.4-mini gpt-5.4-mini-2026-03-17 gpt-5.4-nano gpt-5.4-nano-2026-03-17 gpt-5.6-cyber',
  '400000 0 0': 'gpt-5-chat gpt-5.1-chat gpt-5.1-mini gpt-5.2-chat',
  '400000 272000 0': 'gpt-5-pro gpt-5-pro-2025-10-06',
  '1000000 0 0': 'gpt-5.5-2026-04-24 gpt-5.5-chat gpt-5.5-chat-latest gpt-5.5-codex',
  '1047576 32768 0':
    'gpt-4.1 gpt-4.1-2025-04-14 gpt-4.1-mini gpt-4.1-mini-2025-04-14 gpt-4.1-nano gpt-4.1-nano-2025-04-14',
  '1050000 128000 922000':
    'daybreak-blue-latest gpt-5.4 gpt-5.4-2026-03-05 gpt-5.4-pro gpt-5.4-pro-2026-03-05 gpt-5.5 gpt-5.5-2026-04-23 gpt-5.5-pro gpt-5.5-pro-2026-04-23 gpt-5.6-luna gpt-5.6-sol gpt-5.6-terra',
  '1050000 0 0': 'gpt-5.6 gpt-6-astra gpt-6-luna gpt-6-sol',
};

/**
 * US dollars for a million tokens of input, output, cached input and input that is written to the cache; `batch` where
 * batches cost half; and where long prompts cost more, their four rates.
 */
export const cataloguePrices: Readonly<Record<string, string>> = {
  '0.02 - - - batch': 'text-embedding-3-small',
  '0.05 0.4 0.005 - batch': 'gpt-5-nano gpt-5-nano-2025-08-07',
  '0.1 0.4 0.025 - batch': 'gpt-4.1-nano gpt-4.1-nano-2025-04-14',
  '0.1 0.5 0.01 0.125 - 0.2 0.75 0.02 0.25': 'gpt-6-luna',
  '0.1 - - - -': 'text-embedding-ada text-embedding-ada-002-v2',
  '0.1 - - - batch': 'text-embedding-ada-002',
  '0.13 - - - batch': 'text-embedding-3-large',
  '0.15 0.6 0.075 - batch': 'gpt-4o-mini gpt-4o-mini-2024-07-18',
  '0.15 0.6 0.075 - -': 'gpt-4o-mini-search-preview gpt-4o-mini-search-preview-2025-03-11',
  '0.2 1.25 0.02 - batch': 'gpt-5.4-nano gpt-5.4-nano-2026-03-17',
  '0.2 1.2 0.02 0.25 batch 0.4 1.8 0.04 0.5': 'gpt-5.6-luna',
  '0.25 2 0.025 - batch': 'gpt-5-mini gpt-5-mini-2025-08-07',
  '0.25 2 0.025 - -': 'gpt-5.1-codex-mini gpt-5.1-mini',
  '0.4 0.4 - - -': 'ada text-ada-001',
  '0.4 1.6 0.1 - batch': 'gpt-4.1-mini gpt-4.1-mini-2025-04-14',
  '0.5 0.5 - - -': 'babbage',
  '0.5 1.5 - - batch': 'gpt-3.5-turbo gpt-3.5-turbo-0125',
  '0.5 1.5 - - -': 'gpt-35-turbo',
  '0.75 4.5 0.075 - batch': 'gpt-5.4-mini gpt-5.4-mini-2026-03-17',
  '1 2 - - batch': 'gpt-3.5-turbo-1106',
  '1.1 4.4 0.55 - -': 'o1-mini o1-mini-2024-09-12 o3-mini-high',
  '1.1 4.4 0.55 - batch': 'o3-mini o3-mini-2025-01-31',
  '1.1 4.4 0.275 - batch': 'o4-mini o4-mini-2025-04-16',
  '1.1 4.4 0.275 - -': 'o4-mini-high',
  '1.25 10 0.125 - batch': 'gpt-5 gpt-5-2025-08-07 gpt-5.1 gpt-5.1-2025-11-13',
  '1.25 10 0.125 - -':
    'gpt-5-chat gpt-5-chat-latest gpt-5-codex gpt-5.1-chat gpt-5.1-chat-latest gpt-5.1-codex gpt-5.1-codex-max',
  '1.5 6 0.375 - -': 'codex-mini codex-mini-latest',
  '1.5 2 - - -': 'gpt-3.5-0301 gpt-3.5-turbo-0301 gpt-3.5-turbo-instruct gpt-3.5-turbo-instruct-0914',
  '1.5 2 - - batch': 'gpt-3.5-turbo-0613',
  '1.75 14 0.175 - batch': 'gpt-5.2 gpt-5.2-2025-12-11',
  '1.75 14 0.175 - -':
    'gpt-5.2-chat gpt-5.2-chat-latest gpt-5.2-codex gpt-5.3 gpt-5.3-chat gpt-5.3-chat-latest gpt-5.3-codex',
  '2 2 - - -': 'curie text-curie-001',
  '2 8 0.5 - batch':
    'gpt-4.1 gpt-4.1-2025-04-14 o3 o3-2025-04-16 o4-mini-deep-research o4-mini-deep-research-2025-06-26',
  '2 12 0.2 2.5 batch 4 18 0.4 5': 'gpt-5.6-terra',
  '2 10 0.2 2.5 - 4 15 0.4 5': 'gpt-6-sol',
  '2.5 10 1.25 - batch': 'gpt-4o gpt-4o-2024-08-06 gpt-4o-2024-11-20',
  '2.5 10 - - -': 'gpt-4o-search-preview gpt-4o-search-preview-2025-03-11',
  '2.5 15 0.25 - batch 5 22.5 0.5 -': 'gpt-5.4 gpt-5.4-2026-03-05',
  '3 12 - - batch': 'computer-use-preview computer-use-preview-2025-03-11',
  '3 4 - - -': 'gpt-3.5-turbo-16k gpt-35-turbo-16k gpt-35-turbo-16k-0613',
  '3 4 - - batch': 'gpt-3.5-turbo-16k-0613',
  '4 20 0.4 5 - 8 30 0.8 10': 'gpt-5.6',
  '4 20 0.4 5 batch 8 30 0.8 10': 'gpt-5.6-sol',
  '5 15 - - -': 'chatgpt-4o-latest',
  '5 15 - - batch': 'gpt-4o-2024-05-13',
  '5 30 0.5 - batch 10 45 1 -': 'gpt-5.5 gpt-5.5-2026-04-23',
  '5 30 0.5 - - 10 45 1 -': 'gpt-5.5-2026-04-24 gpt-5.5-chat gpt-5.5-chat-latest gpt-5.5-codex',
  '5 30 0.5 - -': 'gpt-chat-latest',
  '10 30 - - -':
    'gpt-4-0125-preview gpt-4-1106-preview gpt-4-1106-vision-preview gpt-4-turbo-0125-preview gpt-4-turbo-preview gpt-4-vision-preview',
  '10 30 - - batch': 'gpt-4-turbo gpt-4-turbo-2024-04-09',
  '10 50 1 12.5 - 20 75 2 25': 'gpt-6-astra',
  '10 40 2.5 - batch': 'o3-deep-research o3-deep-research-2025-06-26',
  '15 120 - - batch': 'gpt-5-pro gpt-5-pro-2025-10-06',
  '15 60 7.5 - batch': 'o1 o1-2024-12-17',
  '15 60 7.5 - -': 'o1-preview o1-preview-2024-09-12',
  '20 20 - - -': 'davinci text-davinci-001 text-davinci-002 text-davinci-003',
  '20 80 - - batch': 'o3-pro o3-pro-2025-06-10',
  '21 168 - - -': 'gpt-5.2-pro gpt-5.2-pro-2025-12-11',
  '30 60 - - batch': 'gpt-4 gpt-4-0613',
  '30 60 - - -': 'gpt-4-0314',
  '30 180 - - - 60 270 - -': 'gpt-5.4-pro gpt-5.4-pro-2026-03-05',
  '30 180 - - batch 60 270 - -': 'gpt-5.5-pro gpt-5.5-pro-2026-04-23',
  '60 120 - - -': 'gpt-4-32k gpt-4-32k-0314 gpt-4-32k-0613',
  '75 150 37.5 - batch': 'gpt-4.5-preview gpt-4.5-preview-2025-02-27',
  '150 600 - - batch': 'o1-pro o1-pro-2025-03-19',
};
