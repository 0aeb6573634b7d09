/** What a fine-tuning service takes of a model: US dollars for a million trained tokens, and the longest example. */
export interface TrainingTerms {
  price: number;
  /** Tokens of one example; what is beyond is cut off by the service. */
  limit: number;
}

/** Source: OpenAI's price list and fine-tuning guide (2024 and 2025), by the models that can be trained. */
const terms: Readonly<Record<string, TrainingTerms>> = {
  'gpt-4.1': { price: 25, limit: 65_536 },
  'gpt-4.1-mini': { price: 5, limit: 65_536 },
  'gpt-4.1-nano': { price: 1.5, limit: 65_536 },
  'gpt-4o-mini': { price: 3, limit: 65_536 },
  'gpt-4o': { price: 25, limit: 65_536 },
  'gpt-3.5-turbo': { price: 8, limit: 16_385 },
  'davinci-002': { price: 6, limit: 16_384 },
  'babbage-002': { price: 0.4, limit: 16_384 },
};

/** The terms of a model or of its dated versions (`gpt-4o-mini-2024-07-18`); undefined where none are known. */
export function trainingTerms(model: string): TrainingTerms | undefined {
  const name = model
    .replace(/^ft:/, '')
    .replace(/:.*$/, '')
    .replace(/-(\d{4}-\d{2}-\d{2}|\d{4})$/, '');
  return Object.hasOwn(terms, name) ? terms[name] : undefined;
}
