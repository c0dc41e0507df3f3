package main

func main() {
	var s string = 1 // ERROR "cannot use 1 .untyped int constant. as string value in variable declaration"
	_ = s + 2        // ERROR "mismatched types string and untyped int|cannot convert"
	undefined()      // ERROR "undefined: undefined"
	return 1         // ERROR "too many return values\n\thave .number.\n\twant .."
}
