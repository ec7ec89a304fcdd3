import type { Place } from '../../errors/index.ts'

interface Located {
  readonly at: Place
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | '||' | 'AND' | 'OR'

/** The kinds of a literal with a type in front of it, such as `DATE '2024-01-26'`. */
export type TypedLiteralKind = 'DATE' | 'TIME' | 'TIMESTAMP' | 'TIMESTAMPTZ'

export interface TypeName extends Located {
  readonly name: string
  readonly parameters: readonly number[]
}

export interface WhenBranch {
  readonly condition: Expression
  readonly result: Expression
}

/** An expression as written. Names are not resolved and types are not checked. */
export type Expression = Located &
  (
    | { readonly kind: 'null' }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'integer'; readonly value: bigint }
    | { readonly kind: 'double'; readonly value: number; readonly text: string }
    | { readonly kind: 'typed'; readonly type: TypedLiteralKind; readonly text: string }
    | { readonly kind: 'name'; readonly parts: readonly string[] }
    | { readonly kind: 'negate'; readonly operand: Expression }
    | { readonly kind: 'not'; readonly operand: Expression }
    | {
        readonly kind: 'binary'
        readonly operator: BinaryOperator
        readonly left: Expression
        readonly right: Expression
      }
    | {
        readonly kind: 'in'
        readonly operand: Expression
        readonly items: readonly Expression[]
        readonly negated: boolean
      }
    | {
        readonly kind: 'like'
        readonly operand: Expression
        readonly pattern: Expression
        readonly negated: boolean
      }
    | {
        readonly kind: 'between'
        readonly operand: Expression
        readonly low: Expression
        readonly high: Expression
        readonly negated: boolean
      }
    | { readonly kind: 'isNull'; readonly operand: Expression; readonly negated: boolean }
    | {
        readonly kind: 'case'
        readonly operand: Expression | null
        readonly branches: readonly WhenBranch[]
        readonly otherwise: Expression | null
      }
    | {
        readonly kind: 'cast'
        readonly operand: Expression
        readonly type: TypeName
        /** TRY_CAST: null where a value cannot be converted. */
        readonly lenient: boolean
      }
    | { readonly kind: 'extract'; readonly field: string; readonly operand: Expression }
    | { readonly kind: 'timeZone'; readonly operand: Expression; readonly zone: Expression }
    | { readonly kind: 'index'; readonly operand: Expression; readonly index: Expression }
    | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  )

export type SelectItem = Located &
  (
    | { readonly kind: 'all' }
    | {
        readonly kind: 'expression'
        readonly expression: Expression
        readonly alias: string | null
      }
  )

/** `LATERAL VIEW [OUTER] EXPLODE(array) AS alias`. */
export interface LateralView extends Located {
  readonly outer: boolean
  readonly array: Expression
  readonly alias: string
}

export interface Select {
  readonly items: readonly SelectItem[]
  /** The table as written; empty when there is no FROM. Only one table is ever read. */
  readonly table: readonly string[]
  readonly views: readonly LateralView[]
  readonly where: Expression | null
}
