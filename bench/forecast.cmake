find_package(benchmark REQUIRED)
add_executable(forecast_update forecast_update.cc)
target_link_libraries(forecast_update PRIVATE aia_forecasting benchmark::benchmark)

# The autoscaling exam and the pinball table as a program: shares the player with tests/forecasting/engine.
add_executable(forecast_exam forecast_exam.cc ${CMAKE_SOURCE_DIR}/tests/forecasting/engine/autoscaling_exam.cc)
target_link_libraries(forecast_exam PRIVATE aia_forecasting)
target_compile_definitions(forecast_exam PRIVATE AIA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_dependencies(benches forecast_update forecast_exam)

# The classical models' kernels: steps, gradients, fits.
add_executable(kernels kernels.cc)
target_link_libraries(kernels PRIVATE aia_classic benchmark::benchmark)
add_dependencies(benches kernels)
