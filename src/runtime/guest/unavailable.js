// A binding that does not work in local development: every use of it fails and says why.
export default function unavailable({ message }) {
  return new Proxy(
    {},
    {
      get(target, name) {
        // What a look at any object asks for: not a use.
        if (typeof name === "symbol" || name === "constructor" || name === "then") {
          return Reflect.get(target, name);
        }
        return () => {
          throw new Error(message);
        };
      },
    },
  );
}
