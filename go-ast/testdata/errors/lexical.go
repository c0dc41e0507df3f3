package p

var (
	_ = 08 // ERROR invalid digit '8' in octal literal
	_ = 0b12 // ERROR invalid digit '2' in binary literal
	_ = 1__0 // ERROR '_' must separate successive digits
	_ = 0x // ERROR hexadecimal literal has no digits
	_ = 0x1.8 // ERROR hexadecimal mantissa requires a 'p' exponent
	_ = 1e // ERROR exponent has no digits
	_ = 0o1.5 // ERROR invalid radix point in octal literal
	_ = 1p3 // ERROR 'p' exponent requires hexadecimal mantissa
	_ = '' // ERROR empty rune literal or unescaped '
	_ = 'ab' // ERROR more than one character in rune literal
	_ = "\q" // ERROR unknown escape
	_ = "\400" // ERROR octal escape value 256 > 255
	_ = "\uD800" // ERROR escape is invalid Unicode code point U+D800
	_ = "\xg0" // ERROR invalid character 'g' in hexadecimal escape
	_ = a€ // ERROR invalid character U+20AC '€' in identifier
	_ = ٣a // ERROR identifier cannot begin with digit U+0663 '٣'
	_ @= 1 // ERROR invalid character U+0040 '@'
)
