# Warnings for every target of ours; hardening in release, instrumentation when asked.
add_library(custody_flags INTERFACE)
target_compile_definitions(custody_flags INTERFACE _GNU_SOURCE _FILE_OFFSET_BITS=64)
target_compile_options(custody_flags INTERFACE
	-Wall -Wextra -Werror -Wshadow -Wconversion -Wsign-conversion -Wformat=2 -Wundef -Wvla -Wcast-qual
	-Wmissing-prototypes -Wstrict-prototypes -Wpointer-arith -fno-common)

if(CUSTODY_SANITIZE)
	target_compile_options(custody_flags INTERFACE -fsanitize=${CUSTODY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1)
	target_link_options(custody_flags INTERFACE -fsanitize=${CUSTODY_SANITIZE})
	if(CMAKE_C_COMPILER_ID STREQUAL "GNU")	# instrumentation hides assignments from gcc's flow analysis; other builds keep the warning
		target_compile_options(custody_flags INTERFACE -Wno-maybe-uninitialized)
	endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
	set(CMAKE_POSITION_INDEPENDENT_CODE ON)
	set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")
	target_compile_options(custody_flags INTERFACE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
		-fcf-protection=full -fPIE)
	if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
		target_compile_options(custody_flags INTERFACE -ftrivial-auto-var-init=zero)
	endif()
	target_link_options(custody_flags INTERFACE $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>
		-Wl,-z,relro,-z,now,-z,noexecstack)
endif()
if(CUSTODY_COVERAGE)
	target_compile_options(custody_flags INTERFACE --coverage)
	target_link_options(custody_flags INTERFACE --coverage)
endif()
