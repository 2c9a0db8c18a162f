// The least that a Worker before a provider can do: what Tollgate's costs are counted in.
export default {
  fetch(request, env) {
    const { pathname, search } = new URL(request.url);
    return fetch(env.OPENAI_BASE_URL + pathname.slice("/openai".length) + search, request);
  },
};
