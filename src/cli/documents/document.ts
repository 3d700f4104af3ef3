/** The text of a GraphQL document. The types of its answer and its variables exist for the compiler alone. */
export type Document<Answer, Variables> = string & { readonly typesOf?: (variables: Variables) => Answer };
