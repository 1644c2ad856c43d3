# The M4 competition's hourly series through the batch forecast.
add_executable(m4 m4.cc)
target_link_libraries(m4 PRIVATE aia_batch aia_exam nlohmann_json::nlohmann_json)
target_compile_definitions(m4 PRIVATE AIA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_dependencies(benches m4)
