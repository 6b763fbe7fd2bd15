// A binding that does not work in local development: every use of it fails and says why.

// What is asked of any object, also without the Worker's doing (workerd's process.env calls toJSON).
const ORDINARY = ["constructor", "then", "toJSON", "toString", "valueOf"];

export default function unavailable({ message }) {
  return new Proxy(
    {},
    {
      get(target, name) {
        if (typeof name === "symbol" || ORDINARY.includes(name)) {
          return Reflect.get(target, name);
        }
        return () => {
          throw new Error(message);
        };
      },
    },
  );
}
