# Whether the heaviest parts of a series should be forecast by themselves.
add_executable(decomposition decomposition.cc)
target_link_libraries(decomposition PRIVATE aia_exam)
target_compile_definitions(decomposition PRIVATE AIA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_dependencies(benches decomposition)
