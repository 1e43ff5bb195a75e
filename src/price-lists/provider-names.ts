// What lists, catalogues and people call the same provider.

const otherNames: Readonly<Record<string, readonly string[]>> = {
  openai: ['text-completion-openai', 'open-ai'],
  anthropic: ['claude'],
  google: ['gemini', 'google-ai', 'google-gemini', 'google-ai-studio', 'palm', 'googleai'],
  vertex: ['vertex-ai', 'vertexai', 'google-vertex', 'google-vertex-ai'],
  bedrock: ['aws', 'aws-bedrock', 'amazon', 'amazon-bedrock', 'amazon-aws', 'bedrock-converse'],
  azure: ['azure-openai', 'azure-text', 'microsoft-azure'],
  'azure-ai': ['azure-foundry'],
  xai: ['x-ai', 'grok'],
  zai: ['z-ai'],
  zhipu: ['zhipuai', 'zhipu-ai', 'bigmodel'],
  // Makers whose models are only reached through it, at its prices.
  openrouter: ['open-router', 'prime-intellect', 'allenai', 'arcee-ai', 'essentialai', 'tngtech', 'sourceful'],
  mistral: ['mistral-ai', 'mistralai', 'text-completion-codestral', 'codestral'],
  deepseek: ['deep-seek'],
  cohere: ['cohere-chat'],
  together: ['together-ai', 'togetherai'],
  fireworks: ['fireworks-ai'],
  dashscope: ['alibaba', 'alibaba-cloud', 'alibaba-qwen', 'qwen', 'aliyun'],
  moonshot: ['moonshotai', 'moonshot-ai', 'kimi'],
  meta: ['meta-llama', 'llama'],
  voyage: ['voyageai', 'voyage-ai'],
  minimax: ['hailuo', 'minimax-ai'],
  perplexity: ['perplexity-ai'],
  'black-forest-labs': ['bfl', 'flux'],
  stability: ['stability-ai', 'stabilityai'],
  elevenlabs: ['eleven-labs'],
};

const canonical = new Map(
  Object.entries(otherNames).flatMap(([name, others]) => [name, ...others].map((each) => [each, name] as const)),
);

export function canonicalProvider(name: string): string {
  const plain = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_.]+/g, '-');
  return canonical.get(plain) ?? plain;
}
