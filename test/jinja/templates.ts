/** Small templates, each with one of the habits that models' own templates have. */

export interface Kind {
  name: string;
  template: string;
  bos?: string;
  eos?: string;
  /** The stops that end a turn. */
  stop: string[];
  /** How it writes `Hello.`, where a mark stands behind it that is no stop. */
  answer?: string;
  /** How the model writes one call of `get_weather` with `{"city": "Paris", "days": 3}`, and two. */
  call?: string;
  calls?: string;
  /** How it writes reasoning: `why` and then `Hello.` */
  thought?: string;
  /** The template does not write the ids of calls; a text: it numbers them, and this is the first. */
  noIds?: true | string;
}

const opening = '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';

/** Objects in tags; results are turns of the user. */
const tags = `{% for m in messages %}{% if m.role == 'tool' %}<|im_start|>user
<tool_response>
{{ m.content }}
</tool_response><|im_end|>
{% elif m.tool_calls %}<|im_start|>assistant
{{ m.content }}{% for c in m.tool_calls %}{% if m.content or not loop.first %}
{% endif %}<tool_call>
{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% else %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endif %}{% endfor %}${opening}`;

/** Parameters in tags, and a form of arguments that text can't stand for. */
const parameters = `{% for m in messages %}{% if m.role == 'tool' %}<|im_start|>tool
{{ m.content }}<|im_end|>
{% elif m.tool_calls %}<|im_start|>assistant
{% for c in m.tool_calls %}{% if not loop.first %}
{% endif %}<tool_call>
<function={{ c.function.name }}>
{% for k, v in c.function.arguments.items() %}<parameter={{ k }}>
{{ v if v is string else v | tojson }}
</parameter>
{% endfor %}</function>
</tool_call>{% endfor %}<|im_end|>
{% else %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endif %}{% endfor %}${opening}`;

/** A list of objects, with ids, and results as JSON, behind which the answer goes on; null beside calls makes it throw. */
const lists = `{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% elif m.role == 'user' %}[INST] {{ m.content }}[/INST]{% elif m.role == 'tool' %}[TOOL_RESULTS]{"content": {{ m.content | tojson }}, "call_id": "{{ m.tool_call_id }}"}[/TOOL_RESULTS]{% elif m.tool_calls %}{% if m.content | length > 0 %}{{ m.content }}{% endif %}[TOOL_CALLS][{% for c in m.tool_calls %}{% if not loop.first %}, {% endif %}{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}, "id": "{{ c.id }}"}{% endfor %}]{{ eos_token }}{% else %}{{ m.content }}{{ eos_token }}{% endif %}{% endfor %}`;

/** No mark closes a turn: the next one's does; every answer shows reasoning, an empty one too. */
const open = `[gMASK]<sop>{% for m in messages %}{% if m.role == 'tool' %}<|observation|>
{{ m.content }}{% elif m.role == 'assistant' %}<|assistant|>
<think>{{ m.reasoning_content or '' }}</think>
{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function.name }}
{% for k, v in c.function.arguments.items() %}<arg_key>{{ k }}</arg_key>
<arg_value>{{ v if v is string else v | tojson }}</arg_value>
{% endfor %}</tool_call>{% endfor %}{% else %}<|{{ m.role }}|>
{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}`;

/** Marks that no other model has, a name and its arguments between them. */
const own = `{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}<~result~>{{ m.content }}<~end~>{% else %}<~{{ m.role }}~>{{ m.content }}{% for c in m.tool_calls or [] %}<|use|>{{ c.function.name }}<|with|>{{ c.function.arguments | tojson }}<|used|>{% endfor %}<~end~>{% endif %}{% endfor %}{% if add_generation_prompt %}<~assistant~>{% endif %}`;

/** Calls and results between tokens in turns that one token opens; the model writes a mark in front of its words itself. */
const answers = `{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}<|turn|><|system|><|result|>{"id": "0", "out": {{ m.content | tojson }}}<|results_end|><|turn_end|>{% elif m.tool_calls %}<|turn|><|model|><|action|>[{% for c in m.tool_calls %}{% if not loop.first %}, {% endif %}{"tool_call_id": "{{ loop.index0 }}", "tool_name": "{{ c.function.name }}", "parameters": {{ c.function.arguments | tojson }}}{% endfor %}]<|action_end|><|turn_end|>{% elif m.role == 'assistant' %}<|turn|><|model|>{% if m.reasoning_content %}<|START_THINKING|>{{ m.reasoning_content }}<|END_THINKING|>{% endif %}<|say|>{{ m.content }}<|said|><|turn_end|>{% else %}<|turn|><|{{ m.role }}|>{{ m.content }}<|turn_end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|turn|><|model|>{% endif %}`;

/** Arguments under the name of their function; results between the marks of a turn of the user. */
const keyed = `{% for m in messages %}{% if m.role == 'tool' %}<SPECIAL_11>User
<TOOL_RESPONSE>{{ m.content }}</TOOL_RESPONSE>{% elif m.tool_calls %}<SPECIAL_11>Assistant
<TOOLCALL>[{% for c in m.tool_calls %}{% if not loop.first %}, {% endif %}{"{{ c.function.name }}": {{ c.function.arguments | tojson }}}{% endfor %}]</TOOLCALL>
<SPECIAL_12>
{% else %}<SPECIAL_11>{{ m.role | capitalize }}
{{ m.content }}
{% if m.role == 'assistant' %}<SPECIAL_12>
{% endif %}{% endif %}{% endfor %}{% if add_generation_prompt %}<SPECIAL_11>Assistant
{% endif %}`;

/** A list with no mark, its ids behind the arguments; words stand right in front of it. */
const bare = `{% for m in messages %}{% if m.role == 'tool' %}<|im_start|>tool
{{ m.content }}<|im_end|>
{% elif m.tool_calls %}<|im_start|>assistant
{{ m.content }}[{% for c in m.tool_calls %}{% if not loop.first %}, {% endif %}{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}, "id": "{{ c.id }}"}{% endfor %}]<|im_end|>
{% else %}<|im_start|>{{ m.role }}
{{ m.content }}<|im_end|>
{% endif %}{% endfor %}${opening}`;

/** A mark alone says that there is no reasoning; results stand between tags that are no tokens, and the answer behind them. */
const unthought = `{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}<results><result>{{ m.content }}</result></results>{% elif m.role == 'assistant' %}{% if not (loop.index0 > 0 and messages[loop.index0 - 1].role == 'tool') %}<｜Assistant｜>{% endif %}</think>{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{{ c.function.name }}
{% for k, v in c.function.arguments.items() %}<arg_key>{{ k }}</arg_key>
<arg_value>{{ v if v is string else v | tojson }}</arg_value>
{% endfor %}</tool_call>{% endfor %}<｜end▁of▁sentence｜>{% else %}<｜User｜>{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<｜Assistant｜></think>{% endif %}`;

/** A token of its own ends a turn of calls, and opens the result. */
const handed = `{% for m in messages %}{% if m.role == 'tool' %}{{ m.content }}<|tool_end|>{% elif m.tool_calls %}<|model|>{% for c in m.tool_calls %}<|call|>call:{{ c.function.name }}{{ c.function.arguments | tojson }}<|call_end|>{% endfor %}<|tool_begin|>{% elif m.role == 'assistant' %}<|model|>{{ m.content }}<|end|>{% else %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|model|>{% endif %}`;

/** Calls are numbered in place of their ids; results are told by the ids. */
const numbered = `{% for m in messages %}{% if m.role == 'tool' %}<|im_system|>tool<|im_middle|>## Return of {{ m.tool_call_id }}
{{ m.content }}<|im_end|>{% elif m.role == 'user' %}<|im_user|>user<|im_middle|>{{ m.content }}<|im_end|>{% else %}<|im_assistant|>assistant<|im_middle|>{{ m.content or '' }}{% if m.tool_calls %}<|tool_calls_section_begin|>{% for c in m.tool_calls %}<|tool_call_begin|>functions.{{ c.function.name }}:{{ loop.index0 }}<|tool_call_argument_begin|>{{ c.function.arguments | tojson }}<|tool_call_end|>{% endfor %}<|tool_calls_section_end|>{% endif %}<|im_end|>{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_assistant|>assistant<|im_middle|>{% endif %}`;

/** The model's turn is opened, asked for or not; calls have no mark, and a comma between them. */
const opened = `{% for m in messages %}<|{{ m.role }}|>{% if m.tool_calls %}{% for c in m.tool_calls %}{% if not loop.first %},{% endif %}{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}{% endfor %}{% else %}{{ m.content }}{% endif %}<|end|>{% endfor %}<|assistant|>`;

/** Marks stand on lines of their own in some places, and not in others. */
const spaced = `{{ bos_token }}{% for m in messages %}{% if m.role == 'tool' %}
<|turn_head|>ipython<|head_end|>

{{ m.content }}
<|eom|>{% elif m.tool_calls %}
<|turn_head|>assistant<|head_end|>

{% for c in m.tool_calls %}<|call|>{"name": "{{ c.function.name }}", "parameters": {{ c.function.arguments | tojson }}}{% endfor %}
<|eot|>{% else %}<|turn_head|>{{ m.role }}<|head_end|>

{{ m.content }}
<|eot|>{% endif %}{% endfor %}{% if add_generation_prompt %}
<|turn_head|>assistant<|head_end|>

{% endif %}`;

export const kinds: Kind[] = [
  {
    name: "the model's turn open in each prompt",
    template: opened,
    stop: ['<|end|>'],
    call: '{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}',
    calls:
      '{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}},{"name": "get_weather", "arguments": {"city": "Rome", "days": 1}}',
    noIds: true,
  },
  {
    name: 'line ends around some of its marks',
    template: spaced,
    bos: '<~go~>',
    stop: ['<|eot|>'],
    call: '<|call|>{"name": "get_weather", "parameters": {"city": "Paris", "days": 3}}\n',
    noIds: true,
  },
  {
    name: 'calls that are numbered, and results that have the ids',
    template: numbered,
    stop: ['<|im_end|>'],
    call: '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Paris", "days": 3}<|tool_call_end|><|tool_calls_section_end|>',
  },
  {
    name: 'a mark that the model writes in front of its words',
    template: answers,
    bos: '<~go~>',
    eos: '<|turn_end|>',
    stop: ['<|turn_end|>'],
    answer: 'Hello.<|said|>',
    call: '<|action|>[{"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris", "days": 3}}]<|action_end|>',
    calls:
      '<|action|>[{"tool_call_id": "0", "tool_name": "get_weather", "parameters": {"city": "Paris", "days": 3}}, {"tool_call_id": "1", "tool_name": "get_weather", "parameters": {"city": "Rome", "days": 1}}]<|action_end|>',
    thought: '<|START_THINKING|>why<|END_THINKING|><|say|>Hello.',
    noIds: '0',
  },
  {
    name: 'arguments under the name of their function',
    template: keyed,
    stop: ['<SPECIAL_12>'],
    call: '<TOOLCALL>[{"get_weather": {"city": "Paris", "days": 3}}]</TOOLCALL>',
    calls:
      '<TOOLCALL>[{"get_weather": {"city": "Paris", "days": 3}}, {"get_weather": {"city": "Rome", "days": 1}}]</TOOLCALL>',
    noIds: true,
  },
  {
    name: 'a list with no mark',
    template: bare,
    eos: '<|im_end|>',
    stop: ['<|im_end|>'],
    call: '[{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}, "id": "a"}]',
    calls:
      '[{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}, "id": "a"}, {"name": "get_weather", "arguments": {"city": "Rome", "days": 1}, "id": "b"}]',
  },
  {
    name: 'a mark for no reasoning, and results between tags',
    template: unthought,
    bos: '<｜begin▁of▁sentence｜>',
    eos: '<｜end▁of▁sentence｜>',
    stop: ['<｜end▁of▁sentence｜>'],
    call: '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>',
    noIds: true,
  },
  {
    name: 'a token that ends turns of calls and opens results',
    template: handed,
    stop: ['<|end|>', '<|tool_begin|>'],
    call: '<|call|>call:get_weather{"city": "Paris", "days": 3}<|call_end|>',
    calls:
      '<|call|>call:get_weather{"city": "Paris", "days": 3}<|call_end|><|call|>call:get_weather{"city": "Rome", "days": 1}<|call_end|><|tool_begin|>',
    noIds: true,
  },
  {
    name: 'objects in tags',
    template: tags,
    eos: '<|im_end|>',
    stop: ['<|im_end|>'],
    call: '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}\n</tool_call>',
    calls:
      '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}}\n</tool_call>\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Rome", "days": 1}}\n</tool_call>',
    noIds: true,
  },
  {
    name: 'parameters in tags',
    template: parameters,
    eos: '<|im_end|>',
    stop: ['<|im_end|>'],
    call: '<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>',
    noIds: true,
  },
  {
    name: 'a list with ids',
    template: lists,
    bos: '<s>',
    eos: '</s>',
    stop: ['</s>'],
    call: '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}, "id": "abcdef123"}]',
    calls:
      '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris", "days": 3}, "id": "abcdef123"}, {"name": "get_weather", "arguments": {"city": "Rome", "days": 1}, "id": "abcdef124"}]',
  },
  {
    name: 'turns that nothing closes',
    template: open,
    eos: '<|endoftext|>',
    stop: ['<|user|>', '<|observation|>', '<|endoftext|>'],
    call: '\n<think></think>\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n<arg_value>3</arg_value>\n</tool_call>',
    thought: '\n<think>why</think>\nHello.',
    noIds: true,
  },
  {
    name: 'marks of its own',
    template: own,
    bos: '<~go~>',
    stop: ['<~end~>'],
    call: '<|use|>get_weather<|with|>{"city": "Paris", "days": 3}<|used|>',
    calls:
      '<|use|>get_weather<|with|>{"city": "Paris", "days": 3}<|used|><|use|>get_weather<|with|>{"city": "Rome", "days": 1}<|used|>',
    noIds: true,
  },
];
