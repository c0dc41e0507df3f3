// Frames larger than the room below a stack segment, at every depth: nothing of them may be written before
// the check that there is room, or a neighbour's segment is overwritten.
package main

import "fmt"

type node struct{ next *node }

// big has more values alive at once than registers, and keeps its parameters: all of them have places in
// its frame, the parameters' far below its caller's.
//
//go:noinline
func big(a, b, c, d, e, f int, n *node) int {
	v0 := touch(a + 0)
	v1 := touch(a + 1)
	v2 := touch(a + 2)
	v3 := touch(a + 3)
	v4 := touch(a + 4)
	v5 := touch(a + 5)
	v6 := touch(a + 6)
	v7 := touch(a + 7)
	v8 := touch(a + 8)
	v9 := touch(a + 9)
	v10 := touch(a + 10)
	v11 := touch(a + 11)
	v12 := touch(a + 12)
	v13 := touch(a + 13)
	v14 := touch(a + 14)
	v15 := touch(a + 15)
	v16 := touch(a + 16)
	v17 := touch(a + 17)
	v18 := touch(a + 18)
	v19 := touch(a + 19)
	v20 := touch(a + 20)
	v21 := touch(a + 21)
	v22 := touch(a + 22)
	v23 := touch(a + 23)
	v24 := touch(a + 24)
	v25 := touch(a + 25)
	v26 := touch(a + 26)
	v27 := touch(a + 27)
	v28 := touch(a + 28)
	v29 := touch(a + 29)
	v30 := touch(a + 30)
	v31 := touch(a + 31)
	v32 := touch(a + 32)
	v33 := touch(a + 33)
	v34 := touch(a + 34)
	v35 := touch(a + 35)
	v36 := touch(a + 36)
	v37 := touch(a + 37)
	v38 := touch(a + 38)
	v39 := touch(a + 39)
	v40 := touch(a + 40)
	v41 := touch(a + 41)
	v42 := touch(a + 42)
	v43 := touch(a + 43)
	v44 := touch(a + 44)
	v45 := touch(a + 45)
	v46 := touch(a + 46)
	v47 := touch(a + 47)
	v48 := touch(a + 48)
	v49 := touch(a + 49)
	v50 := touch(a + 50)
	v51 := touch(a + 51)
	v52 := touch(a + 52)
	v53 := touch(a + 53)
	v54 := touch(a + 54)
	v55 := touch(a + 55)
	v56 := touch(a + 56)
	v57 := touch(a + 57)
	v58 := touch(a + 58)
	v59 := touch(a + 59)
	v60 := touch(a + 60)
	v61 := touch(a + 61)
	v62 := touch(a + 62)
	v63 := touch(a + 63)
	v64 := touch(a + 64)
	v65 := touch(a + 65)
	v66 := touch(a + 66)
	v67 := touch(a + 67)
	v68 := touch(a + 68)
	v69 := touch(a + 69)
	v70 := touch(a + 70)
	v71 := touch(a + 71)
	v72 := touch(a + 72)
	v73 := touch(a + 73)
	v74 := touch(a + 74)
	v75 := touch(a + 75)
	v76 := touch(a + 76)
	v77 := touch(a + 77)
	v78 := touch(a + 78)
	v79 := touch(a + 79)
	v80 := touch(a + 80)
	v81 := touch(a + 81)
	v82 := touch(a + 82)
	v83 := touch(a + 83)
	v84 := touch(a + 84)
	v85 := touch(a + 85)
	v86 := touch(a + 86)
	v87 := touch(a + 87)
	v88 := touch(a + 88)
	v89 := touch(a + 89)
	v90 := touch(a + 90)
	v91 := touch(a + 91)
	v92 := touch(a + 92)
	v93 := touch(a + 93)
	v94 := touch(a + 94)
	v95 := touch(a + 95)
	v96 := touch(a + 96)
	v97 := touch(a + 97)
	v98 := touch(a + 98)
	v99 := touch(a + 99)
	v100 := touch(a + 100)
	v101 := touch(a + 101)
	v102 := touch(a + 102)
	v103 := touch(a + 103)
	v104 := touch(a + 104)
	v105 := touch(a + 105)
	v106 := touch(a + 106)
	v107 := touch(a + 107)
	v108 := touch(a + 108)
	v109 := touch(a + 109)
	v110 := touch(a + 110)
	v111 := touch(a + 111)
	v112 := touch(a + 112)
	v113 := touch(a + 113)
	v114 := touch(a + 114)
	v115 := touch(a + 115)
	v116 := touch(a + 116)
	v117 := touch(a + 117)
	v118 := touch(a + 118)
	v119 := touch(a + 119)
	v120 := touch(a + 120)
	v121 := touch(a + 121)
	v122 := touch(a + 122)
	v123 := touch(a + 123)
	v124 := touch(a + 124)
	v125 := touch(a + 125)
	v126 := touch(a + 126)
	v127 := touch(a + 127)
	v128 := touch(a + 128)
	v129 := touch(a + 129)
	v130 := touch(a + 130)
	v131 := touch(a + 131)
	v132 := touch(a + 132)
	v133 := touch(a + 133)
	v134 := touch(a + 134)
	v135 := touch(a + 135)
	v136 := touch(a + 136)
	v137 := touch(a + 137)
	v138 := touch(a + 138)
	v139 := touch(a + 139)
	v140 := touch(a + 140)
	v141 := touch(a + 141)
	v142 := touch(a + 142)
	v143 := touch(a + 143)
	v144 := touch(a + 144)
	v145 := touch(a + 145)
	v146 := touch(a + 146)
	v147 := touch(a + 147)
	v148 := touch(a + 148)
	v149 := touch(a + 149)
	v150 := touch(a + 150)
	v151 := touch(a + 151)
	v152 := touch(a + 152)
	v153 := touch(a + 153)
	v154 := touch(a + 154)
	v155 := touch(a + 155)
	v156 := touch(a + 156)
	v157 := touch(a + 157)
	v158 := touch(a + 158)
	v159 := touch(a + 159)
	v160 := touch(a + 160)
	v161 := touch(a + 161)
	v162 := touch(a + 162)
	v163 := touch(a + 163)
	v164 := touch(a + 164)
	v165 := touch(a + 165)
	v166 := touch(a + 166)
	v167 := touch(a + 167)
	v168 := touch(a + 168)
	v169 := touch(a + 169)
	v170 := touch(a + 170)
	v171 := touch(a + 171)
	v172 := touch(a + 172)
	v173 := touch(a + 173)
	v174 := touch(a + 174)
	v175 := touch(a + 175)
	v176 := touch(a + 176)
	v177 := touch(a + 177)
	v178 := touch(a + 178)
	v179 := touch(a + 179)
	v180 := touch(a + 180)
	v181 := touch(a + 181)
	v182 := touch(a + 182)
	v183 := touch(a + 183)
	v184 := touch(a + 184)
	v185 := touch(a + 185)
	v186 := touch(a + 186)
	v187 := touch(a + 187)
	v188 := touch(a + 188)
	v189 := touch(a + 189)
	v190 := touch(a + 190)
	v191 := touch(a + 191)
	v192 := touch(a + 192)
	v193 := touch(a + 193)
	v194 := touch(a + 194)
	v195 := touch(a + 195)
	v196 := touch(a + 196)
	v197 := touch(a + 197)
	v198 := touch(a + 198)
	v199 := touch(a + 199)
	v200 := touch(a + 200)
	v201 := touch(a + 201)
	v202 := touch(a + 202)
	v203 := touch(a + 203)
	v204 := touch(a + 204)
	v205 := touch(a + 205)
	v206 := touch(a + 206)
	v207 := touch(a + 207)
	v208 := touch(a + 208)
	v209 := touch(a + 209)
	v210 := touch(a + 210)
	v211 := touch(a + 211)
	v212 := touch(a + 212)
	v213 := touch(a + 213)
	v214 := touch(a + 214)
	v215 := touch(a + 215)
	v216 := touch(a + 216)
	v217 := touch(a + 217)
	v218 := touch(a + 218)
	v219 := touch(a + 219)
	x := 0
	if n != nil {
		x = big(b, c, d, e, f, a, n.next)
	}
	return a + b + c + d + e + f + x +
		v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10 + v11 + v12 + v13 + v14 + v15 +
		v16 + v17 + v18 + v19 + v20 + v21 + v22 + v23 + v24 + v25 + v26 + v27 + v28 + v29 + v30 + v31 +
		v32 + v33 + v34 + v35 + v36 + v37 + v38 + v39 + v40 + v41 + v42 + v43 + v44 + v45 + v46 + v47 +
		v48 + v49 + v50 + v51 + v52 + v53 + v54 + v55 + v56 + v57 + v58 + v59 + v60 + v61 + v62 + v63 +
		v64 + v65 + v66 + v67 + v68 + v69 + v70 + v71 + v72 + v73 + v74 + v75 + v76 + v77 + v78 + v79 +
		v80 + v81 + v82 + v83 + v84 + v85 + v86 + v87 + v88 + v89 + v90 + v91 + v92 + v93 + v94 + v95 +
		v96 + v97 + v98 + v99 + v100 + v101 + v102 + v103 + v104 + v105 + v106 + v107 + v108 + v109 + v110 + v111 +
		v112 + v113 + v114 + v115 + v116 + v117 + v118 + v119 + v120 + v121 + v122 + v123 + v124 + v125 + v126 + v127 +
		v128 + v129 + v130 + v131 + v132 + v133 + v134 + v135 + v136 + v137 + v138 + v139 + v140 + v141 + v142 + v143 +
		v144 + v145 + v146 + v147 + v148 + v149 + v150 + v151 + v152 + v153 + v154 + v155 + v156 + v157 + v158 + v159 +
		v160 + v161 + v162 + v163 + v164 + v165 + v166 + v167 + v168 + v169 + v170 + v171 + v172 + v173 + v174 + v175 +
		v176 + v177 + v178 + v179 + v180 + v181 + v182 + v183 + v184 + v185 + v186 + v187 + v188 + v189 + v190 + v191 +
		v192 + v193 + v194 + v195 + v196 + v197 + v198 + v199 + v200 + v201 + v202 + v203 + v204 + v205 + v206 + v207 +
		v208 + v209 + v210 + v211 + v212 + v213 + v214 + v215 + v216 + v217 + v218 + v219
}

//go:noinline
func touch(v int) int { return v & 1 }

// down calls big at each depth with small frames in between, and checks its own frame afterwards.
//
//go:noinline
func down(depth int, n *node) int {
	canary := depth * 31
	sum := 0
	if depth > 0 {
		sum = down(depth-1, n)
	}
	sum += big(depth, 2, 3, 4, 5, 6, n)
	if touch(canary) != depth*31&1 {
		panic("canary")
	}
	return sum
}

func main() {
	list := &node{&node{&node{}}}
	done := make(chan int)
	const goroutines = 50
	for g := range goroutines {
		go func() {
			sum := 0
			for i := range 20 {
				sum += down(g+i, list)
			}
			done <- sum
		}()
	}
	total := 0
	for range goroutines {
		total += <-done
	}
	fmt.Println(total)
}

// Output: 21063000
