/** The floor of every command: what the runtime takes to start, say a word and end. */
console.log("hello");
