import type { ChatRequest } from '../../schemas/chat.js';

/** A request as clients' types give it: the newest have null where older ones leave a field out. */
export type GivenChatRequest = Omit<ChatRequest, 'prompt_cache_key' | 'safety_identifier' | 'user'> & {
  prompt_cache_key?: string | null;
  safety_identifier?: string | null;
  user?: string | null;
};

/** A request for a whole reply: a client answers it with a reply, and not with a stream. */
export type Unstreamed<Request> = Omit<Request, 'stream'> & { stream?: false | null };
