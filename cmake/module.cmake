# custody_module(NAME PREFIX LIBRARY): a library opened at its first use (core/module.h): only its headers are taken here, and SONAME_<NAME>.
# PREFIX: of pkg_check_modules.
function(custody_module name prefix library)
	find_library(${name}_FILE ${library} HINTS ${${prefix}_LIBRARY_DIRS} REQUIRED)
	execute_process(COMMAND ${CMAKE_READELF} -d ${${name}_FILE} OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
	if(NOT dynamic MATCHES "SONAME[^[]*\\[([^]]+)\\]")
		message(FATAL_ERROR "${${name}_FILE} is not a shared library with a name")
	endif()
	set(SONAME_${name} ${CMAKE_MATCH_1} PARENT_SCOPE)
	add_library(module_${library} INTERFACE)
	target_include_directories(module_${library} SYSTEM INTERFACE ${${prefix}_INCLUDE_DIRS})
endfunction()
