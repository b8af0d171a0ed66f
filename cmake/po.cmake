# Message catalogues: po/<language>.po → locale/<language>/LC_MESSAGES/custody.mo
find_program(MSGFMT msgfmt REQUIRED)
file(GLOB catalogues CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/po/*.po)
foreach(po ${catalogues})
	get_filename_component(lang ${po} NAME_WE)
	set(mo ${CMAKE_BINARY_DIR}/locale/${lang}/LC_MESSAGES/custody.mo)
	add_custom_command(OUTPUT ${mo}
		COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/locale/${lang}/LC_MESSAGES
		COMMAND ${MSGFMT} --check -o ${mo} ${po}
		DEPENDS ${po})
	list(APPEND mo_files ${mo})
	install(FILES ${mo} DESTINATION ${CMAKE_INSTALL_LOCALEDIR}/${lang}/LC_MESSAGES)
endforeach()
add_custom_target(catalogues ALL DEPENDS ${mo_files})
